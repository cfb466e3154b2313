import { z } from "zod";

/** A moment of training, as a pipeline file writes it: a number of finished epochs, or a percentage of all of them. */
export const epochPoint: z.ZodUnion<readonly [z.ZodInt, z.ZodString]> = z.union([
  z.int().min(0),
  z.string().regex(/^(100|\d{1,2}(\.\d+)?)%$/, { error: "expected a number of epochs, or a percentage like 50%" }),
]).meta({ description: "Finished epochs: a number, or a percentage of `epochs` such as 50%" });

/** The number of finished epochs that a point stands for; percentages are rounded to the nearest epoch. */
export function epochOf(point: z.output<typeof epochPoint>, epochs: number): number {
  return typeof point === "number" ? point : Math.round(Number(point.slice(0, -1)) / 100 * epochs);
}
