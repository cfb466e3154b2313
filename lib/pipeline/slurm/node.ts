/**
 * The main module of a Slurm job on a node that sees the workspace. Imports nothing by name, so that it needs no import map.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { doWork } from "./node_work.ts";
import { taskFiles } from "./work.ts";

const [folder = ""] = Deno.args;
const files = taskFiles(folder);
// An engine that gave the submission up has taken the work away.
const done = !existsSync(files.work) || await doWork(files, JSON.parse(readFileSync(files.work, "utf8")));
// Jobs that wait for this one begin only if it ended well.
Deno.exit(done ? 0 : 1);
