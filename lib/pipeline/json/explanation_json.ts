import type { KnownIdentity } from "../plan/identity.ts";
import type { Evaluation } from "../plan/plan.ts";
import type { Reason } from "../plan/reason.ts";
import type { ClosureRecord } from "../store/lock_text.ts";
import { toJson, type Value } from "../value.ts";
import { type ExplanationJson, JSON_SCHEMA, type PartsJson } from "./line.ts";
import { reasonJson } from "./reason_json.ts";
import { stageStatusJson } from "./status_json.ts";

/** What is known of a stage. */
export interface Explanation {
  /** The pipeline file, as it is shown. */
  readonly pipeline: string;
  /** What would become of it. */
  readonly evaluation: Evaluation;
  /** What its fingerprint is made of. */
  readonly known: KnownIdentity;
  /** Of its module. */
  readonly closure?: ClosureRecord | undefined;
  /** What differs from a git revision's lock, which has this fingerprint or none. */
  readonly since?:
    | { readonly revision: string; readonly fingerprint?: string; readonly reasons: readonly Reason[] }
    | undefined;
}

/** What is known of a stage, as JSON. */
export function explanationJson(explanation: Explanation): ExplanationJson {
  const { pipeline, evaluation, since } = explanation;
  return {
    schema: JSON_SCHEMA,
    kind: "explanation",
    pipeline,
    ...stageStatusJson(evaluation),
    ...since && { since: { ...since, reasons: since.reasons.map(reasonJson) } },
    parts: partsJson(explanation),
  };
}

function partsJson({ known: { identity, missing }, closure }: Explanation): PartsJson {
  const { closure: _, params, ...parts } = identity;
  return {
    ...parts,
    ...closure && { modules: closure.modules, packages: closure.packages },
    ...params && { params: toJson(params as Value) },
    missing: missing.map(({ relative }) => relative),
  };
}
