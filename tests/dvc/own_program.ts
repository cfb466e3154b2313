import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonFloat } from "../../lib/pipeline/file/python_text.ts";
import { readLock } from "../../lib/pipeline/store/lock.ts";
import type { StageRecord } from "../../lib/pipeline/store/stage_record.ts";
import { Float, isMap, type Value } from "../../lib/pipeline/value.ts";
import { type Extent, jsonIn, type LockedStage, type Program } from "./outcome.ts";
import { readFiles } from "./project.ts";

const CLI = fileURLToPath(new URL("../../lib/pipeline/cli.ts", import.meta.url));
const CONFIGURATION = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** This engine. */
export const ownProgram: Program = {
  name: "the engine",
  async run(root, folder, args) {
    const { INIT_CWD: _, ...inherited } = Deno.env.toObject();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", CONFIGURATION, CLI, ...args],
      cwd: join(root, folder),
      env: { ...inherited, NO_COLOR: "1", SHELL: "/bin/sh" },
      clearEnv: true,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    const named = (pattern: RegExp): string[] => [...said.matchAll(pattern)].map(([, name]) => name!);
    const outcome = {
      ok: code === 0,
      ran: named(/^(\S.*?) runs(?:: .*)?$/gm),
      restored: named(/^(\S.*?) restored(?:: .*)?$/gm),
      lock: await lockOf(root),
      ...jsonIn(args, said, root),
      files: await readFiles(root),
    };
    return { outcome, log: said + new TextDecoder().decode(stderr) };
  },
  [Symbol.dispose]: () => {},
};

async function lockOf(root: string): Promise<Record<string, LockedStage>> {
  const lock = await readLock(join(root, "pipeline.lock"));
  if (!lock.ok) throw new Error(lock.diagnostics.map(({ message }) => message).join("\n"));
  const files = (records: readonly { path: string; size: number; files?: number }[]): Record<string, Extent> =>
    Object.fromEntries(records.map(({ path, size, files }) => [path, [size, files ?? null]]));
  return Object.fromEntries(
    [...lock.value.stages].map(([name, { deps, outs, params = {} }]) => [
      name,
      { deps: files(deps), outs: files(outs), params: tagged(spread(params)) as LockedStage["params"] },
    ]),
  );
}

/** Params of whole files by their keys, as DVC has them. */
function spread(params: NonNullable<StageRecord["params"]>): Value {
  const files = Object.entries(params).map(([file, values]) => [file, values[""] ?? values] as const);
  return Object.fromEntries(files);
}

/** A value whose floats differ from ints as JSON, too. */
function tagged(value: Value): unknown {
  if (value instanceof Float) return { float: pythonFloat(value.value) };
  if (Array.isArray(value)) return value.map(tagged);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tagged(item)])) : value;
}
