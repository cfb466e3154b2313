import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { setFrozen } from "./freezing.ts";

/** `freeze`: the stages are left alone from now on. */
export default async function freeze(this: Context, flags: CommonFlags, ...targets: string[]): Promise<void> {
  await setFrozen(this, flags, targets, true);
}
