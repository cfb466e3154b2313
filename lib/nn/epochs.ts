import { z } from "zod";

/** A moment of training, as a pipeline file writes it: a number of finished epochs, or a percentage of all of them. */
export const epochPoint: z.ZodUnion<readonly [z.ZodInt, z.ZodString]> = z.union([
  z.int().min(0),
  z.string().regex(/^(100|\d{1,2}(\.\d+)?)%$/, { error: "a number of epochs, or a percentage like 50%" }),
]).meta({ description: "Finished epochs: a number, or a percentage of `epochs` such as 50%" });

/** Which snapshots something is done for: the last, all, or those after some epochs. */
export const epochsParameter: z.ZodDefault<
  z.ZodUnion<readonly [z.ZodEnum<{ last: "last"; all: "all" }>, z.ZodArray<typeof epochPoint>]>
> = z.union([z.enum(["last", "all"]), z.array(epochPoint).min(1)]).default("last");

/** The number of finished epochs that a point stands for; percentages are rounded to the nearest epoch. */
export function epochOf(point: z.output<typeof epochPoint>, epochs: number): number {
  return typeof point === "number" ? point : Math.round(Number(point.slice(0, -1)) / 100 * epochs);
}

/**
 * Those of some snapshots that are asked for.
 *
 * @param total epochs of the whole training, which percentages are of
 * @param problem what is said after "No epoch 7 to", where there is none
 * @throws {Error} naming the epoch and those that there are
 */
export function chosenSnapshots<S extends { readonly epoch: number }>(
  snapshots: readonly S[],
  epochs: z.output<typeof epochsParameter>,
  total: number,
  problem: string,
): readonly S[] {
  if (epochs === "all") return snapshots;
  if (epochs === "last") return snapshots.slice(-1);
  const wanted = new Set(epochs.map((point) => epochOf(point, total)));
  const missing = [...wanted].find((epoch) => !snapshots.some((snapshot) => snapshot.epoch === epoch));
  if (missing !== undefined) {
    throw new Error(
      `No epoch ${missing} to ${problem}; there are ${snapshots.map(({ epoch }) => epoch).join(", ")}`,
    );
  }
  return snapshots.filter(({ epoch }) => wanted.has(epoch));
}
