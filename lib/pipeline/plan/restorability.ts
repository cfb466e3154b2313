import type { Stage } from "../file/pipeline.ts";
import { isStored } from "../store/outs.ts";

/** Whether a stage runs each time, as DVC has it: by wish, or because nothing tells when it is up to date. */
export function isAlwaysChanged({ action, alwaysChanged, deps, params, outs }: Stage): boolean {
  return alwaysChanged || (action.kind === "cmd" && deps.length + params.length + outs.length === 0);
}

/**
 * Whether the run cache serves a stage. As in DVC it does not where the outs are not all stored, where the stage finds what
 * it left the last time, or where a command says of nothing that it depends on it.
 */
export function isRestorable(stage: Stage): boolean {
  const { action, deps, params, outs } = stage;
  return !isAlwaysChanged(stage) && outs.length > 0 && outs.every((out) => isStored(out) && !out.persist) &&
    (action.kind === "run" || deps.length + params.length > 0);
}
