import { basename } from "node:path";
import { shownPath } from "../diagnostic_text.ts";
import { evaluationLines } from "../display/evaluation_text.ts";
import { explanationLines } from "../display/explanation_text.ts";
import { styleFor } from "../display/style.ts";
import { DVC_FILE, type Pipeline, type Stage } from "../file/pipeline.ts";
import { selectStages } from "../graph/selection.ts";
import { explanationJson } from "../json/explanation_json.ts";
import type { KnownIdentity } from "../plan/identity.ts";
import type { Planner } from "../plan/planner.ts";
import type { Reason } from "../plan/reason.ts";
import { prepare } from "../run/preparation.ts";
import { lockPath } from "../store/lock.ts";
import { type LockContent, parseLock } from "../store/lock_text.ts";
import { Workspace } from "../store/workspace.ts";
import { readAtRevision } from "../values/revision.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { ExplainFlags } from "./flags.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { UsageError } from "./usage_error.ts";

/** `explain`: what fingerprints are made of, and what differs since the last run, and since a git revision. */
export default async function explain(this: Context, flags: ExplainFlags, ...targets: string[]): Promise<void> {
  if (targets.length === 0) throw new UsageError("explain needs the name of a stage");
  const context = { ...this, json: flags.json };
  for (const opened of await openRequests(context, { ...flags, singleItem: true }, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    await explainStages(context, workspace, opened, flags);
  }
}

async function explainStages(
  context: Context,
  workspace: Workspace,
  { pipeline, graph, selected }: Opened,
  { since: revision, json }: ExplainFlags,
): Promise<void> {
  const needed = selectStages(graph, [...selected]);
  const all = needed.ok ? needed.value : selected;
  const preparation = await prepare(workspace, pipeline, graph, all);
  report(context, preparation.diagnostics);
  if (!preparation.ok) return conclude(context, EXIT.invalid);
  const { planner } = preparation.value;
  const earlier = revision === undefined ? undefined : await earlierAt(context, pipeline, revision, workspace, planner);
  if (revision !== undefined && earlier === undefined) return conclude(context, EXIT.invalid);
  const { evaluations } = await planner.plan(graph, all);
  const style = styleFor(context.output.color);
  for (const [name, evaluation] of evaluations) {
    const stage = graph.stages.get(name);
    if (!selected.has(name) || stage === undefined) continue;
    const known = stage.frozen ? undefined : await planner.knownIdentity(stage);
    if (known === undefined) {
      context.errors.write(`${name} is frozen: it is left alone, whatever its fingerprint\n`);
      continue;
    }
    const line = explanationJson({
      pipeline: shownPath(pipeline.file, context.folder),
      evaluation,
      known,
      closure: planner.recorder.closureRecord(known.identity),
      since: earlier && { revision: revision!, ...await earlier(stage, known) },
    });
    if (json) context.output.write(`${JSON.stringify(line)}\n`);
    else {
      const state = evaluationLines(evaluation, style);
      const lines = [...state.length === 0 ? [`${name} is up to date`] : state, ...explanationLines(line, style)];
      context.output.write(`${lines.join("\n")}\n`);
    }
  }
}

/** What a revision has of a stage: its fingerprint, where that is known, and what differs. */
type Earlier = (
  stage: Stage,
  known: KnownIdentity,
) => Promise<{ readonly fingerprint?: string; readonly reasons: readonly Reason[] }>;

/**
 * By the lock that a git revision has, or by its `dvc.lock` where that is all it has; undefined where the lock cannot be
 * read, which is told.
 */
async function earlierAt(
  context: Context,
  pipeline: Pipeline,
  revision: string,
  workspace: Workspace,
  planner: Planner,
): Promise<Earlier | undefined> {
  const textAt = (path: string): Promise<string | undefined> => usable(readAtRevision(path, revision));
  const path = lockPath(pipeline.file);
  const text = await textAt(path);
  if (text === undefined && basename(pipeline.file) === DVC_FILE) {
    const { DvcLocks } = await import("../dvc/lock_file.ts");
    const { dvcDifference } = await import("../dvc/difference.ts");
    const locks = new DvcLocks(pipeline.folder, textAt);
    return async (stage, known) => {
      const record = await usable(locks.recordOf(stage));
      return { reasons: await dvcDifference(pipeline.folder, stage, record, known, workspace) };
    };
  }
  const content = text === undefined ? undefined : parseLock({ path: `${path} at ${revision}`, text });
  report(context, content?.diagnostics ?? []);
  if (content?.ok === false) return undefined;
  const lock: LockContent = content?.value ?? { stages: new Map(), closures: new Map() };
  return async (stage) => {
    const record = lock.stages.get(stage.name);
    return {
      ...record && { fingerprint: record.fingerprint },
      reasons: await planner.lockDifference(stage, lock),
    };
  };
}

async function usable<T>(result: Promise<T>): Promise<T> {
  return await result.catch((error: Error) => {
    throw new UsageError(error.message);
  });
}
