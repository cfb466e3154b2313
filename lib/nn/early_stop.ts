import { z } from "zod";
import type { History } from "./history.ts";

/** When a training ends before its last epoch, as a pipeline file writes it. */
export const earlyStopParameter: z.ZodObject<{
  accuracy: z.ZodDefault<z.ZodNumber>;
  evaluations: z.ZodDefault<z.ZodInt>;
}, z.core.$strict> = z.strictObject({
  accuracy: z.number().positive().max(1).default(0.999).meta({
    description: "The train accuracy that counts as interpolation",
  }),
  evaluations: z.int().min(1).default(1).meta({ description: "Evaluations in a row that must reach it" }),
});

/** When a training ends before its last epoch. */
export type EarlyStop = z.output<typeof earlyStopParameter>;

/**
 * The epoch after which a training has interpolated its train set, if it has: the first at which the last evaluations, as many
 * as asked for, all had the train accuracy. A function of the history alone, so that a training that goes on from a checkpoint
 * stops where an uninterrupted one does.
 */
export function interpolationEpoch(
  history: readonly History[],
  { accuracy, evaluations }: EarlyStop,
): number | undefined {
  let inARow = 0;
  for (const { epoch, train_accuracy } of history) {
    if (train_accuracy === null) continue;
    inARow = train_accuracy >= accuracy ? inARow + 1 : 0;
    if (inARow === evaluations) return epoch;
  }
  return undefined;
}
