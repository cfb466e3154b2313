import type { Evaluation } from "../plan/plan.ts";
import type { JobStatus } from "../run/cluster.ts";
import { JSON_SCHEMA, type StageStatusJson, type StatusJson } from "./line.ts";
import { reasonJson } from "./reason_json.ts";

/** A plan as JSON. */
export function statusJson(
  pipeline: string,
  evaluations: readonly Evaluation[],
  jobs: ReadonlyMap<string, JobStatus>,
): StatusJson {
  const stages = evaluations.map((evaluation) => {
    const job = jobs.get(evaluation.stage);
    return { ...stageStatusJson(evaluation), ...job && { job } };
  });
  return { schema: JSON_SCHEMA, kind: "status", pipeline, stages };
}

/** What would become of a stage, as JSON. */
export function stageStatusJson({ stage, state, fingerprint, reasons }: Evaluation): StageStatusJson {
  return { stage, state, ...fingerprint !== undefined && { fingerprint }, reasons: reasons.map(reasonJson) };
}
