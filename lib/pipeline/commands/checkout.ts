import type { Diagnostic } from "../diagnostic.ts";
import type { Out } from "../file/pipeline.ts";
import type { Lock } from "../store/lock.ts";
import type { OutRecord } from "../store/out_record.ts";
import { isStored, restoreOuts } from "../store/outs.ts";
import { Workspace } from "../store/workspace.ts";
import { CheckoutChanges } from "./checkout_changes.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { CheckoutFlags } from "./flags.ts";
import { conclude, type Opened, openLock, openRequests, report } from "./opening.ts";
import { soleWriter } from "./sole_writer.ts";

/**
 * `checkout`: puts the outs in place that the lock records, as far as the cache has them.
 * Targets mean themselves alone, unless `--with-deps`.
 */
export default async function checkout(this: Context, flags: CheckoutFlags, ...targets: string[]): Promise<void> {
  for (const opened of await openRequests(this, { ...flags, singleItem: !flags.withDeps }, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    await using _writer = await soleWriter(this, workspace);
    const lock = await openLock(this, opened, workspace);
    if (lock === undefined) return;
    const changes = await restoreStages(this, opened, workspace, lock, flags);
    this.output.write(`${flags.summary ? changes.summary() : changes.list() + changes.conclusion()}\n`);
  }
}

/** How outs are put in place. */
export type RestorationFlags = Pick<CheckoutFlags, "force"> & Partial<Pick<CheckoutFlags, "relink" | "allowMissing">>;

/**
 * Puts the outs of the selected stages in place; what cannot be is told, and sets the exit code.
 *
 * @throws {StoreError} where an out on disk cannot be read
 */
export async function restoreStages(
  context: Context,
  { graph, selected }: Pick<Opened, "graph" | "selected">,
  workspace: Workspace,
  lock: Lock,
  { force, relink = false, allowMissing = false }: RestorationFlags,
): Promise<CheckoutChanges> {
  const changes = new CheckoutChanges(workspace);
  for (const { name, outs } of graph.stages.values()) {
    const record = lock.stages.get(name);
    if (!selected.has(name) || record === undefined) continue;
    const kept = outs.filter((out) => isStored(out) && record.outs.some(({ path }) => path === out.relative));
    const unsaved = force ? [] : await unsavedOuts(workspace, kept, record.outs);
    report(context, unsaved);
    if (unsaved.length > 0) {
      conclude(context, EXIT.failed);
      continue;
    }
    const before = await Promise.all(kept.map((out) => workspace.digests.digest(out.path)));
    const { restored, diagnostics } = await restoreOuts(workspace, kept, record.outs, relink);
    report(context, diagnostics);
    if (restored) changes.add(kept, before, record.outs);
    else if (!allowMissing) conclude(context, EXIT.failed);
  }
  return changes;
}

/** Errors about outs that would be lost: neither the lock nor the cache has what they hold. */
async function unsavedOuts(
  { digests, blobs }: Workspace,
  outs: readonly Out[],
  records: readonly OutRecord[],
): Promise<readonly Diagnostic[]> {
  const errors: Diagnostic[] = [];
  for (const { path, relative, range } of outs) {
    const found = await digests.digest(path);
    const recorded = records.some((record) => record.path === relative && record.sha256 === found?.sha256);
    if (found === undefined || recorded) continue;
    // Of a folder, what was only deleted is not lost.
    const files = found.kind === "file" ? [found] : found.files;
    if (files.every(({ sha256, size }) => blobs.has(sha256, size))) continue;
    errors.push({
      severity: "error",
      message: `${relative} was changed, and the cache does not have it as it is`,
      range,
      hints: ["Save it elsewhere; or checkout --force gives it up, and commit --force takes it over"],
    });
  }
  return errors;
}
