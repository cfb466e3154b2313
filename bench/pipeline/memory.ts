import { join } from "node:path";
import { run } from "./measurement.ts";
import { own } from "./programs.ts";
import { chains, writeInputs } from "./sketch.ts";

/** GNU time, which tells how much memory a process took at most. */
const TIME = "/usr/bin/time";

/**
 * The most memory that the engine takes, in MB, on a project with so many stages: to run them all, two at a time,
 * and to find then that nothing is to be done.
 *
 * @throws {Error} where there is no GNU time
 */
export async function memoryOf(folder: string, count: number): Promise<{ first: number; unchanged: number }> {
  const stages = chains(count);
  await writeInputs(folder, stages);
  await own.prepare(folder, stages);
  await Deno.stat(TIME).catch(() => {
    throw new Error(`there is no ${TIME}; install GNU time (Debian: time)`);
  });
  const peak = async (): Promise<number> => {
    const { program, args } = own.repro(folder, 2);
    const file = join(folder, "memory.txt");
    await run({ program: TIME, args: ["-f", "%M", "-o", file, program, ...args] }, folder);
    return Number(await Deno.readTextFile(file)) / 1024;
  };
  return { first: await peak(), unchanged: await peak() };
}
