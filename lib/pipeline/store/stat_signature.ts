import type { BigIntStats } from "node:fs";

/** Time stamps come from a clock that ticks every 1 to 10 ms. */
const TICK_MS = 20;
/** Some file systems keep whole seconds, FAT every other one. */
const COARSE_TICK_MS = 2000;

/** A file's state as far as the file system tells it: the content is taken as unchanged while this is. */
export function signatureOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

/**
 * Whether a digest taken at `time` (ms since 1970) can be told by the signature from one of a later content. A file that
 * changed within the clock's tick before could change once more and look the same ("racily clean", as git calls it). Only
 * the change time counts, since programs may set the modification time at will.
 */
export function isSettled(stat: BigIntStats, time: number): boolean {
  const tick = stat.ctimeNs % 1_000_000_000n === 0n ? COARSE_TICK_MS : TICK_MS;
  return Number(stat.ctimeNs / 1_000_000n) + tick < time;
}
