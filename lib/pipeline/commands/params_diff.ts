import { compareRevisions } from "./comparison.ts";
import type { Context } from "./context.ts";
import type { DiffFlags } from "./flags.ts";

/** `params diff`: how params differ between two git revisions, or between one and the files as they are. */
export default async function paramsDiff(this: Context, flags: DiffFlags, ...revisions: string[]): Promise<void> {
  await compareRevisions(this, "params", flags, revisions);
}
