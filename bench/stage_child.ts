/**
 * Runs a stage and prints, last, a line of JSON of what that took. Arguments: the stage's name, and its values, deps, outs and
 * state as JSON.
 *
 * @module
 */
import process from "node:process";
import type { Resumption, StageContext, StageDefinition } from "../lib/pipeline/stage/mod.ts";
import type { Spent } from "./spent.ts";
import type { StageMoments, StageRequest } from "./stage_process.ts";

const [name, json] = Deno.args as [string, string];
const { with: given, deps, outs, state }: StageRequest = JSON.parse(json);
const stage: StageDefinition = (await import(new URL(`../stages/${name}.ts`, import.meta.url).href)).default;
const begin = spent();
const steps: Spent[] = [];
const context: Omit<StageContext<never, string, never, string>, "with" | "deps"> & Partial<Resumption> = {
  outs,
  ...(state === undefined ? {} : { state }),
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: Infinity },
  progress: () => steps.push(spent()),
  signal: new AbortController().signal,
};
await stage.run({ ...context, with: stage.parameters.parse(given), deps: deps as never });
const moments: StageMoments = { begin, steps, end: spent(), peak: await peakMemory() };
console.log(JSON.stringify(moments));

/** What the process has taken until now. */
function spent(): Spent {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, processor: (user + system) / 1e6 };
}

/** What Linux counts for a process after a fork begins with its parent's, but for this line, which begins with the program. */
async function peakMemory(): Promise<number> {
  const status = Deno.build.os === "linux" ? await Deno.readTextFile("/proc/self/status") : "";
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes));
}
