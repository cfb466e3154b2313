import { reasonText } from "../display/reason_text.ts";
import { countText } from "../display/quantity.ts";
import { type Style, styleFor } from "../display/style.ts";
import type { Evaluation } from "../plan/plan.ts";
import type { Reason } from "../plan/reason.ts";
import { type Keeping, prepare } from "../run/preparation.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { StatusFlags } from "./flags.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";

/** `status`: which stages would run, and why. */
export default async function status(this: Context, flags: StatusFlags, ...targets: string[]): Promise<void> {
  for (const opened of await openRequests(this, flags, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    await showPlan(this, workspace, opened, { quiet: flags.quiet });
  }
}

/** How a plan is shown. */
export interface PlanFlags {
  /** Nothing is printed; the exit code tells. */
  readonly quiet?: boolean;
  /** Every stage would run. */
  readonly force?: boolean;
  /** What is used of what was kept. */
  readonly keeping?: Keeping;
}

/** Says what would become of the stages, each with all its reasons. */
export async function showPlan(
  context: Context,
  workspace: Workspace,
  { pipeline, graph, selected }: Opened,
  flags: PlanFlags,
): Promise<void> {
  const preparation = await prepare(workspace, pipeline, graph, selected, flags.keeping);
  report(context, preparation.diagnostics);
  if (!preparation.ok) return conclude(context, EXIT.invalid);
  const { evaluations } = await preparation.value.planner.plan(graph, selected);
  const shown = [...evaluations.values()].map((evaluation) => flags.force ? forced(evaluation) : evaluation);
  if (flags.quiet) {
    const isStale = shown.some(({ state }) => state !== "unchanged" && state !== "frozen");
    return conclude(context, isStale ? EXIT.failed : EXIT.ok);
  }
  const style = styleFor(context.output.color);
  const lines = [...shown.flatMap((evaluation) => evaluationLines(evaluation, style)), countsText(shown)];
  context.output.write(`${lines.join("\n")}\n`);
}

function forced(evaluation: Evaluation): Evaluation {
  if (evaluation.state === "frozen") return evaluation;
  return { ...evaluation, state: "stale", reasons: [{ kind: "forced" }] };
}

function evaluationLines({ stage, state, reasons }: Evaluation, style: Style): string[] {
  const own = reasons.filter(({ kind }) => kind !== "upstream");
  const because = [...own.map(reasonText), ...waitText(reasons)].map((text) => `  ${text}`);
  switch (state) {
    case "unchanged":
      return [];
    case "frozen":
      return [`${stage} is frozen`];
    case "restorable":
      return [`${style.good(stage)} would be restored`, ...because];
    case "stale":
      return [`${style.busy(stage)} would run`, ...because];
    case "waiting":
      return [`${style.busy(stage)} would run${own.length === 0 ? " if what it waits for changes" : ""}`, ...because];
    default:
      return state satisfies never;
  }
}

function waitText(reasons: readonly Reason[]): string[] {
  const stages = reasons.flatMap((reason) => reason.kind === "upstream" ? [reason.stage] : []);
  return stages.length === 0 ? [] : [`waits for ${stages.join(", ")}`];
}

function countsText(evaluations: readonly Evaluation[]): string {
  const count = (...states: Evaluation["state"][]): number =>
    evaluations.filter(({ state }) => states.includes(state)).length;
  const [run, restore] = [count("stale", "waiting"), count("restorable")];
  const all = countText(evaluations.length, "stage");
  if (run + restore === 0) return evaluations.length === 1 ? "The stage is up to date" : `All ${all} are up to date`;
  const parts = [...(run > 0 ? [`${run} would run`] : []), ...(restore > 0 ? [`${restore} would be restored`] : [])];
  return `Of ${all}, ${parts.join(" and ")}`;
}
