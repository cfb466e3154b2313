import type { Stage } from "../file/pipeline.ts";
import { isRestorable } from "../plan/restorability.ts";
import { inParallel } from "../remote/parallel.ts";
import { Remotes } from "../remote/remotes.ts";
import type { Lock } from "../store/lock.ts";
import type { OutRecord } from "../store/out_record.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import { conclude, type Opened, openLock, openRequests } from "./opening.ts";
import { storedOuts } from "./push.ts";
import type { RemoteFlags } from "./remote_flags.ts";
import { selectedRemotes } from "./remote_selection.ts";
import { endTransfer, showTransfers } from "./shown_transfer.ts";
import { soleWriter } from "./sole_writer.ts";

/** Results that are asked for at once. */
const AT_ONCE = 4;

/** `fetch`: brings what the lock records from remotes into the cache. Targets mean themselves alone. */
export default async function fetch(this: Context, flags: RemoteFlags, ...targets: string[]): Promise<void> {
  await fetchRequests(
    { ...this, json: flags.json },
    flags,
    targets,
    "fetch",
    async (_opened, workspace, _stage, outs) => await Promise.resolve(workspace.results.hasAll(outs)),
  );
}

/**
 * Brings what the locks record from remotes into the caches of the pipelines that a command line asks for.
 *
 * @param isHere whether nothing of a stage's outs has to come
 * @param then gets the stages whose outs could be had, with this process as the writer
 */
export async function fetchRequests(
  context: Context,
  flags: RemoteFlags,
  targets: readonly string[],
  command: string,
  isHere: (opened: Opened, workspace: Workspace, stage: Stage, outs: readonly OutRecord[]) => Promise<boolean>,
  then: (opened: Opened, workspace: Workspace, lock: Lock, had: ReadonlySet<string>) => Promise<void> = async () => {},
): Promise<void> {
  const pipelines = await openRequests(context, { ...flags, singleItem: true }, targets);
  await showTransfers(context, pipelines, async (opened, { signal, begin, report }) => {
    const places = await selectedRemotes(opened.pipeline, flags, command, { signal });
    const remotes = new Remotes(places, (diagnostic) => report([diagnostic]));
    using workspace = await Workspace.open(opened.pipeline.folder);
    await using _writer = await soleWriter(context, workspace, signal);
    const lock = await openLock(context, opened, workspace);
    if (lock === undefined) return;
    const transfer = begin(command);
    const stages = [...opened.graph.stages.values()].filter(({ name }) =>
      opened.selected.has(name) && lock.stages.has(name)
    );
    const missing: string[] = [];
    const totals = { results: 0, there: 0, objects: 0, bytes: 0 };
    await inParallel(stages, AT_ONCE, async (stage) => {
      if (signal.aborted) return;
      const record = lock.stages.get(stage.name)!;
      const outs = storedOuts(stage, record);
      if (await isHere(opened, workspace, stage, outs)) return void (totals.there += 1);
      const wanted = { stage: stage.name, fingerprint: record.fingerprint, outs };
      const provided = await remotes.provide(workspace, wanted, transfer.meter);
      if (provided === undefined) return void missing.push(stage.name);
      if (isRestorable(stage)) workspace.results.write(provided.result);
      totals.results += 1;
      totals.objects += provided.objects;
      totals.bytes += provided.bytes;
    });
    endTransfer(context, transfer, totals, "fetched");
    if (signal.aborted) return;
    await then(opened, workspace, lock, new Set(stages.map(({ name }) => name)).difference(new Set(missing)));
    if (missing.length === 0) return;
    const names = stages.filter(({ name }) => missing.includes(name)).map(({ name }) => name).join(", ");
    report([{
      severity: "error",
      message: `No remote has the outs of ${names}`,
      hints: ["repro makes them"],
    }]);
    conclude(context, EXIT.failed);
  });
}
