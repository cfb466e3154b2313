import type { Evaluation } from "../plan/plan.ts";
import type { Reason } from "../plan/reason.ts";
import type { JobStatus } from "../run/cluster.ts";
import { waitText } from "../slurm/waiting.ts";
import { countText } from "./quantity.ts";
import { reasonText } from "../plan/reason_text.ts";
import type { Style } from "./style.ts";

/**
 * What would become of a stage, and why: none or several lines; none where it is up to date.
 *
 * @param job the Slurm job that the next `repro` takes over, if it is still wanted
 */
export function evaluationLines({ stage, state, reasons }: Evaluation, style: Style, job?: JobStatus): string[] {
  const own = reasons.filter(({ kind }) => kind !== "upstream");
  const causes = [...own.map(reasonText), ...upstreamText(reasons), ...job ? [jobText(job)] : []];
  const because = causes.map((text) => `  ${text}`);
  switch (state) {
    case "unchanged":
    case "absent":
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

function jobText({ id, state, reason }: JobStatus): string {
  if (id === undefined) return "it was being submitted to Slurm when an engine ended; the next repro finds out";
  if (state === "PENDING") return `Slurm job ${id} waits${reason === undefined ? "" : `: ${waitText(reason)}`}`;
  if (state === "RUNNING") return `Slurm job ${id} runs`;
  if (state === "UNKNOWN") return `Slurm job ${id}: Slurm does not say how it is`;
  return `Slurm job ${id} has ended (${state}); the next repro takes it over`;
}

function upstreamText(reasons: readonly Reason[]): string[] {
  const stages = reasons.flatMap((reason) => reason.kind === "upstream" ? [reason.stage] : []);
  return stages.length === 0 ? [] : [`waits for ${stages.join(", ")}`];
}

/** How many stages would run, and how many be restored. */
export function countsText(evaluations: readonly Evaluation[]): string {
  const count = (...states: Evaluation["state"][]): number =>
    evaluations.filter(({ state }) => states.includes(state)).length;
  const [run, restore] = [count("stale", "waiting"), count("restorable")];
  const all = countText(evaluations.length, "stage");
  if (run + restore === 0) return evaluations.length === 1 ? "The stage is up to date" : `All ${all} are up to date`;
  const parts = [...(run > 0 ? [`${run} would run`] : []), ...(restore > 0 ? [`${restore} would be restored`] : [])];
  return `Of ${all}, ${parts.join(" and ")}`;
}
