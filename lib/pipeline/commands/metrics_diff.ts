import { compareRevisions } from "./comparison.ts";
import type { Context } from "./context.ts";
import type { DiffFlags, RoundingFlags } from "./flags.ts";

/** `metrics diff`: how metrics differ between two git revisions, or between one and the files as they are. */
export default async function metricsDiff(
  this: Context,
  flags: DiffFlags & RoundingFlags,
  ...revisions: string[]
): Promise<void> {
  await compareRevisions(this, "metrics", flags, revisions);
}
