/** States of jobs that wait, run, or are about to end. */
const LIVE: ReadonlySet<string> = new Set([
  "PENDING",
  "RUNNING",
  "SUSPENDED",
  "CONFIGURING",
  "COMPLETING",
  "REQUEUED",
  "REQUEUE_FED",
  "REQUEUE_HOLD",
  "RESV_DEL_HOLD",
  "RESIZING",
  "SIGNALING",
  "SPECIAL_EXIT",
  "STAGE_OUT",
  "STOPPED",
]);

/** Whether a job in this state does nothing more. */
export function isOver(state: string): boolean {
  return !LIVE.has(state);
}

/** What ended a job that had nothing to do with its stage, by state. */
export const ACCIDENTS: Readonly<Record<string, string>> = {
  PREEMPTED: "was preempted by a job of higher priority",
  NODE_FAIL: "was lost with its node",
  BOOT_FAIL: "was lost, since its node did not start",
};
