import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { setFrozen } from "./freezing.ts";

/** `unfreeze`: the stages are brought up to date again. */
export default async function unfreeze(this: Context, flags: CommonFlags, ...targets: string[]): Promise<void> {
  await setFrozen(this, flags, targets, false);
}
