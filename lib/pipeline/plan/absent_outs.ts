import type { OutRecord } from "../store/out_record.ts";
import type { Evaluation } from "./plan.ts";

/** The outs of an absent stage that are not here, as the lock records them; none of any other stage. */
export function absentOuts({ state, reasons, result }: Evaluation): readonly OutRecord[] {
  if (state !== "absent" || result === undefined) return [];
  return result.outs.filter(({ path }) =>
    reasons.some((reason) => reason.kind === "out missing" && reason.path === path)
  );
}
