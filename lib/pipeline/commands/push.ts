import type { Pipeline, Stage } from "../file/pipeline.ts";
import { inParallel } from "../remote/parallel.ts";
import { sameOuts } from "../remote/entry.ts";
import type { Remote } from "../remote/remote.ts";
import { RemoteError } from "../remote/remote_error.ts";
import { lostWarning } from "../remote/remotes.ts";
import { upload } from "../remote/upload.ts";
import type { StageRecord } from "../store/stage_record.ts";
import type { Lock } from "../store/lock.ts";
import { commitOuts, isStored } from "../store/outs.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { StoredResult } from "../store/results.ts";
import { StoreError } from "../store/store_error.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import { conclude, type Opened, openLock, openRequests } from "./opening.ts";
import type { PushFlags } from "./remote_flags.ts";
import { selectedRemotes } from "./remote_selection.ts";
import { endTransfer, showTransfers, type TransferView } from "./shown_transfer.ts";
import { soleWriter } from "./sole_writer.ts";
import { UsageError } from "./usage_error.ts";

/** Grows when uploads are noted otherwise. */
const UPLOADS = "upload 1";

/** Results that are sent at once. */
const AT_ONCE = 4;

/** `push`: brings what the lock records to the remotes that may be written to. Targets mean themselves alone. */
export default async function push(this: Context, flags: PushFlags, ...targets: string[]): Promise<void> {
  const context = { ...this, json: flags.json };
  const pipelines = await openRequests(context, { ...flags, singleItem: true }, targets);
  await showTransfers(context, pipelines, async (opened, view) => {
    using workspace = await Workspace.open(opened.pipeline.folder);
    const remotes = await writable(opened.pipeline, flags, workspace, view.signal);
    await using _writer = await soleWriter(context, workspace, view.signal);
    const lock = await openLock(context, opened, workspace);
    if (lock === undefined) return;
    const results = await recordedResults(opened, workspace, lock);
    if (flags.runCache) addRunCache(workspace, results);
    for (const remote of remotes) {
      if (!view.signal.aborted) await pushTo(context, view, workspace, remote, [...results.values()]);
    }
  });
}

async function writable(
  pipeline: Pipeline,
  flags: PushFlags,
  { index }: Workspace,
  signal: AbortSignal,
): Promise<readonly Remote[]> {
  const notes = {
    get: (key: string): string | undefined => index.get(UPLOADS, key),
    set: (key: string, text: string): void => index.set(UPLOADS, key, text),
  };
  const remotes = await selectedRemotes(pipeline, flags, "push", { notes, signal });
  const chosen = remotes.filter(({ options }) => !options.readOnly);
  if (chosen.length > 0) return chosen;
  const names = remotes.map(({ options }) => options.name).join(", ");
  throw new UsageError(
    `${names} ${remotes.length === 1 ? "is" : "are"} read only; push needs a remote without read_only: true`,
  );
}

/** What the lock records of the selected stages, by fingerprint. */
async function recordedResults(
  { graph, selected }: Opened,
  workspace: Workspace,
  lock: Lock,
): Promise<Map<string, StoredResult>> {
  const results = new Map<string, StoredResult>();
  for (const stage of graph.stages.values()) {
    const record = lock.stages.get(stage.name);
    if (record === undefined || !selected.has(stage.name)) continue;
    const outs = storedOuts(stage, record);
    if (outs.length === 0) continue;
    await takeIn(workspace, stage, outs);
    const known = workspace.results.read(record.fingerprint);
    const { fingerprint, deno } = record;
    results.set(
      fingerprint,
      known !== undefined && sameOuts(known.outs, outs)
        ? known
        : { schema: 1, fingerprint, stage: stage.name, deno, outs },
    );
  }
  return results;
}

/** The outs that the cache keeps, as the lock records them. */
export function storedOuts({ outs }: Stage, record: Pick<StageRecord, "outs">): readonly OutRecord[] {
  return record.outs.filter(({ path }) => outs.some((out) => out.relative === path && isStored(out)));
}

/** Brings outs into the cache that it does not have, though they are there: what git keeps is, after a fresh clone. */
async function takeIn(workspace: Workspace, { outs }: Stage, records: readonly OutRecord[]): Promise<void> {
  for (const out of outs) {
    const record = records.find(({ path }) => path === out.relative);
    if (record === undefined || workspace.results.hasAll([record])) continue;
    if ((await workspace.digests.digest(out.path))?.sha256 === record.sha256) await commitOuts(workspace, [out]);
  }
}

function addRunCache({ results }: Workspace, all: Map<string, StoredResult>): void {
  for (const fingerprint of results.uses().keys()) {
    const result = results.read(fingerprint);
    // What gc has left half of is nothing to share.
    if (result !== undefined && !all.has(fingerprint) && results.hasAll(result.outs)) all.set(fingerprint, result);
  }
}

async function pushTo(
  context: Context,
  { signal, begin, report }: TransferView,
  workspace: Workspace,
  remote: Remote,
  results: readonly StoredResult[],
): Promise<void> {
  const transfer = begin(remote.options.name);
  const totals = { results: 0, there: 0, objects: 0, bytes: 0 };
  let lost: RemoteError | undefined;
  await inParallel(results, AT_ONCE, async (result) => {
    if (lost !== undefined || signal.aborted) return;
    try {
      const traffic = await upload(workspace, remote, result, transfer.meter);
      totals.objects += traffic.objects;
      totals.bytes += traffic.bytes;
      totals[traffic.isNew ? "results" : "there"] += 1;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof RemoteError && error.unreachable) lost = error;
      else if (error instanceof RemoteError || error instanceof StoreError) {
        const message = `The result of ${result.stage} is not on ${remote.options.name}: ${error.message}`;
        report([{
          severity: "warning",
          message,
          hints: ["Push again; where the cache lacks it, reproduce first"],
        }]);
        conclude(context, EXIT.failed);
      } else throw error;
    }
  });
  if (lost !== undefined) {
    report([lostWarning(remote, lost)]);
    conclude(context, EXIT.failed);
  }
  endTransfer(context, transfer, totals, "pushed", `${remote.options.name}: `);
}
