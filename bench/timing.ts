import process from "node:process";

/** How long something took. */
export interface Timing {
  /** Wall time. */
  readonly milliseconds: number;
  /** Processor time of this process, in milliseconds: what other processes take of the wall's does not count. */
  readonly processor: number;
}

/** Does something and says how long it took. */
export async function timed<T>(run: () => Promise<T>): Promise<[Timing, T]> {
  const [start, processor] = [performance.now(), process.cpuUsage()];
  const result = await run();
  const { user, system } = process.cpuUsage(processor);
  return [{ milliseconds: performance.now() - start, processor: (user + system) / 1000 }, result];
}
