import { reasonText } from "../plan/reason_text.ts";
import type { Reason } from "../plan/reason.ts";
import type { ReasonJson } from "./line.ts";

/** A reason as JSON, with the clause by which people are told. */
export function reasonJson(reason: Reason): ReasonJson {
  return { ...reason, text: reasonText(reason) };
}
