import { shownPath } from "../diagnostic_text.ts";
import { absenceLines } from "../display/absence_text.ts";
import { countsText, evaluationLines } from "../display/evaluation_text.ts";
import { styleFor } from "../display/style.ts";
import { statusJson } from "../json/status_json.ts";
import { absentOuts } from "../plan/absent_outs.ts";
import type { Evaluation } from "../plan/plan.ts";
import type { JobStatus } from "../run/cluster.ts";
import { type Keeping, prepare } from "../run/preparation.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { StatusFlags } from "./flags.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { retryCommand } from "./retry.ts";
import { hasSlurmTraces } from "./slurm_traces.ts";

/** `status`: which stages would run, and why. */
export default async function status(this: Context, flags: StatusFlags, ...targets: string[]): Promise<void> {
  const context = { ...this, json: flags.json };
  for (const opened of await openRequests(context, flags, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    await showPlan(context, workspace, opened, { ...flags, keeping: { asked: opened.asked } });
  }
}

/** How a plan is shown. */
export interface PlanFlags {
  /** Nothing is printed; the exit code tells. */
  readonly quiet?: boolean;
  /** For programs: a line of JSON. */
  readonly json?: boolean;
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
    const isStale = shown.some(({ state }) => !["unchanged", "absent", "frozen"].includes(state));
    return conclude(context, isStale ? EXIT.failed : EXIT.ok);
  }
  const jobs = await jobsOf(workspace, pipeline.file, selected);
  if (flags.json) {
    const line = statusJson(shownPath(pipeline.file, context.folder), shown, jobs);
    return context.output.write(`${JSON.stringify(line)}\n`);
  }
  const style = styleFor(context.output.color);
  const lines = [
    ...shown.flatMap((evaluation) => evaluationLines(evaluation, style, jobs.get(evaluation.stage))),
    countsText(shown),
    ...absenceLines(
      shown.map((evaluation) => ({ stage: evaluation.stage, outs: absentOuts(evaluation) })),
      retryCommand(context.folder, pipeline.file, "repro"),
    ),
  ];
  context.output.write(`${lines.join("\n")}\n`);
}

/** The Slurm jobs of stages. */
async function jobsOf(
  workspace: Workspace,
  file: string,
  stages: ReadonlySet<string>,
): Promise<ReadonlyMap<string, JobStatus>> {
  if (!hasSlurmTraces(workspace)) return new Map();
  const { JobControl } = await import("../slurm/control.ts");
  return await new JobControl(workspace, file).statuses(stages);
}

function forced(evaluation: Evaluation): Evaluation {
  if (evaluation.state === "frozen") return evaluation;
  return { ...evaluation, state: "stale", reasons: [{ kind: "forced" }] };
}
