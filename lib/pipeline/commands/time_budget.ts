import { DURATION, seconds } from "../file/quantity.ts";
import { resumingGrace } from "../run/stage_run.ts";

/** How long a run may take. */
export interface TimeBudget {
  /** As it was typed: `1h 30m`. */
  readonly text: string;
  /** From the start of this process to its end, in milliseconds. */
  readonly total: number;
  /**
   * From the start of this process to the request that running stages end, in milliseconds: so early that a stage which
   * resumes has its whole grace until the budget is over, yet never before half of it.
   */
  readonly working: number;
}

/**
 * Reads a time budget, written as `resources.time` is.
 *
 * @throws {Error} where the text is no time
 */
export function parseTimeBudget(input: string): TimeBudget {
  const text = input.trim();
  const total = 1000 * seconds(/^\d+(\.\d+)?$/.test(text) ? Number(text) : DURATION.test(text) ? text : 0);
  if (total === 0) throw new Error(`"${input}" is not a time such as 90m, 2h or 1h30m; a plain number is seconds`);
  return { text, total, working: Math.max(total - resumingGrace, total / 2) };
}
