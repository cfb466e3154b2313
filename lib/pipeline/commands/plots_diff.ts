import { git } from "../git.ts";
import type { Context } from "./context.ts";
import type { PlotsDiffFlags } from "./flags.ts";
import { showPlots, WORKSPACE } from "./plots.ts";
import { UsageError } from "./usage_error.ts";

/**
 * `plots diff`: the plots of several revisions together. One revision is compared with the files as they are; without any
 * it is `HEAD`, if anything that git tracks differs from it.
 */
export default async function plotsDiff(this: Context, flags: PlotsDiffFlags, ...given: string[]): Promise<void> {
  const revisions = [...given];
  if (given.length === 0 && await isEdited(this.folder)) revisions.push("HEAD");
  if (given.length <= 1) revisions.push(WORKSPACE);
  // As DVC: the files first, whatever the order.
  const ordered = [
    ...revisions.filter((name) => name === WORKSPACE),
    ...revisions.filter((name) => name !== WORKSPACE),
  ];
  await showPlots(this, flags, flags.targets ?? [], [...new Set(ordered)]);
}

async function isEdited(folder: string): Promise<boolean> {
  const changes = await git(folder, ["status", "--porcelain", "--untracked-files=no"]).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  return changes.length > 0;
}
