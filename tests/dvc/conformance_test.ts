import { agree } from "./both_programs.ts";
import { readProjects } from "./project.ts";

/** How many projects run where not all are asked for. */
const SAMPLE = 12;

const all = [...await readProjects()];
await agree(
  Deno.env.get("DVC") === "all" ? all : all.filter((_, index) => index % Math.ceil(all.length / SAMPLE) === 0),
);
