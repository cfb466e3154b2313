import { countText } from "../display/quantity.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Out } from "../file/pipeline.ts";
import type { Lock } from "../store/lock.ts";
import { isStored, restoreOuts } from "../store/outs.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { ForceFlags } from "./flags.ts";
import { conclude, type Opened, openLock, openRequests, report } from "./opening.ts";
import { soleWriter } from "./sole_writer.ts";

/**
 * `checkout`: puts the outs in place that the lock records, as far as the cache has them.
 * Targets mean themselves alone, unless `--with-deps`.
 */
export default async function checkout(this: Context, flags: ForceFlags, ...targets: string[]): Promise<void> {
  for (const opened of await openRequests(this, { ...flags, singleItem: !flags.withDeps }, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    await using _writer = await soleWriter(this, workspace);
    const lock = await openLock(this, opened, workspace);
    if (lock === undefined) return;
    await restoreStages(this, opened, workspace, lock, flags.force);
  }
}

/** Puts the outs of the selected stages in place, and says of how many. */
export async function restoreStages(
  context: Context,
  { graph, selected }: Pick<Opened, "graph" | "selected">,
  workspace: Workspace,
  lock: Lock,
  force: boolean,
): Promise<void> {
  let count = 0;
  for (const { name, outs } of graph.stages.values()) {
    const record = lock.stages.get(name);
    if (!selected.has(name) || record === undefined) continue;
    const kept = outs.filter((out) => isStored(out) && record.outs.some(({ path }) => path === out.relative));
    const unsaved = force ? [] : await unsavedOuts(workspace, kept, record.outs);
    const { restored, diagnostics } = unsaved.length > 0
      ? { restored: false, diagnostics: unsaved }
      : await restoreOuts(workspace, kept, record.outs);
    report(context, diagnostics);
    if (restored) count += 1;
    else conclude(context, EXIT.failed);
  }
  context.output.write(`The outs of ${countText(count, "stage")} are those of the lock\n`);
}

/** Errors about outs that would be lost: neither the lock nor the cache has what they hold. */
async function unsavedOuts(
  { digests, blobs }: Workspace,
  outs: readonly Out[],
  records: readonly { readonly path: string; readonly sha256: string }[],
): Promise<readonly Diagnostic[]> {
  const errors: Diagnostic[] = [];
  for (const { path, relative, range } of outs) {
    const found = await digests.digest(path);
    const recorded = records.some((record) => record.path === relative && record.sha256 === found?.sha256);
    if (found === undefined || recorded || blobs.has(found.sha256)) continue;
    errors.push({
      severity: "error",
      message: `${relative} was changed, and the cache does not have it as it is`,
      range,
      hints: ["Save it elsewhere; or checkout --force gives it up, and commit --force takes it over"],
    });
  }
  return errors;
}
