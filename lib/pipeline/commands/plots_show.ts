import type { Context } from "./context.ts";
import type { PlotsFlags } from "./flags.ts";
import { showPlots, WORKSPACE } from "./plots.ts";

/** `plots show`: the plots of the files as they are. */
export default async function plotsShow(this: Context, flags: PlotsFlags, ...targets: string[]): Promise<void> {
  await showPlots(this, flags, targets, [WORKSPACE]);
}
