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

/**
 * Whether a training has interpolated its train set: the last evaluations of the history, as many as asked for, all have the
 * train accuracy. A function of the history alone, so that a training that goes on from a checkpoint stops where an
 * uninterrupted one does.
 */
export function hasInterpolated(
  history: readonly History[],
  { accuracy, evaluations }: z.output<typeof earlyStopParameter>,
): boolean {
  const last = history.flatMap(({ train_accuracy }) => train_accuracy ?? []).slice(-evaluations);
  return last.length === evaluations && last.every((reached) => reached >= accuracy);
}
