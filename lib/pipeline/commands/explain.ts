import { shownPath } from "../diagnostic_text.ts";
import { evaluationLines } from "../display/evaluation_text.ts";
import { explanationLines } from "../display/explanation_text.ts";
import { styleFor } from "../display/style.ts";
import { selectStages } from "../graph/selection.ts";
import { explanationJson } from "../json/explanation_json.ts";
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
  const earlier = revision === undefined ? undefined : await lockAt(context, pipeline.file, revision);
  if (revision !== undefined && earlier === undefined) return conclude(context, EXIT.invalid);
  const { planner } = preparation.value;
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
    const record = earlier?.stages.get(name);
    const line = explanationJson({
      pipeline: shownPath(pipeline.file, context.folder),
      evaluation,
      known,
      closure: planner.recorder.closureRecord(known.identity),
      since: earlier && {
        revision: revision!,
        ...record && { fingerprint: record.fingerprint },
        reasons: await planner.lockDifference(stage, earlier),
      },
    });
    if (json) context.output.write(`${JSON.stringify(line)}\n`);
    else {
      const state = evaluationLines(evaluation, style);
      const lines = [...state.length === 0 ? [`${name} is up to date`] : state, ...explanationLines(line, style)];
      context.output.write(`${lines.join("\n")}\n`);
    }
  }
}

/** The lock as a git revision has it, an empty one where it has none; undefined where it cannot be read. */
async function lockAt(context: Context, file: string, revision: string): Promise<LockContent | undefined> {
  const path = lockPath(file);
  const text = await readAtRevision(path, revision).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  if (text === undefined) return { stages: new Map(), closures: new Map() };
  const content = parseLock({ path: `${path} at ${revision}`, text });
  report(context, content.diagnostics);
  return content.ok ? content.value : undefined;
}
