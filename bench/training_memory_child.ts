/**
 * Runs the stage `train` on the data set in a folder and prints, last, the most bytes of memory that the process took. Arguments:
 * the folder, and the stage's parameters as JSON.
 * @module
 */
import process from "node:process";
import train from "../stages/train.ts";

const [folder, parameters] = Deno.args as [string, string];
await Deno.mkdir(`${folder}/state`);
await train.run({
  with: train.parameters.parse(JSON.parse(parameters)),
  deps: { dataset: `${folder}/dataset` },
  outs: { snapshots: `${folder}/snapshots`, history: `${folder}/history.csv` },
  state: `${folder}/state`,
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: Infinity },
  progress: () => {},
  signal: new AbortController().signal,
});
console.log(await peakMemory());

/** What Linux counts for a process after a fork begins with its parent's, but for this line, which begins with the program. */
async function peakMemory(): Promise<number> {
  const status = Deno.build.os === "linux" ? await Deno.readTextFile("/proc/self/status") : "";
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes));
}
