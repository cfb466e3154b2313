import { z } from "zod";
import { epochOf, epochPoint } from "./epochs.ts";
import { dropEpochs, type Schedule } from "./schedule.ts";

/**
 * After which epochs a snapshot is kept: listed ones, every so many, and every single one in a stretch after the start and
 * after each drop of the learning rate, where curves move fast. What is asked for adds up. The untrained network (epoch 0) and
 * the last epoch are always kept.
 *
 * `{every: 10, dense: 5}` for 500 epochs with drops at 150 and 225 makes 63 snapshots.
 */
export const snapshotsParameter: z.ZodObject<{
  at: z.ZodDefault<z.ZodArray<typeof epochPoint>>;
  every: z.ZodOptional<z.ZodInt>;
  dense: z.ZodDefault<z.ZodInt>;
}, z.core.$strict> = z.strictObject({
  at: z.array(epochPoint).default([]).meta({ description: "After these epochs: numbers, or percentages of `epochs`" }),
  every: z.int().min(1).optional().meta({ description: "After every so many epochs" }),
  dense: z.int().min(0).default(0).meta({
    description: "After each of so many epochs from the start on, and from each drop of the learning rate on",
  }),
});

/**
 * The epochs that {@linkcode snapshotsParameter} asks for, ascending, with 0 and the last.
 *
 * @throws {Error} where an epoch is listed that training does not reach
 */
export function snapshotEpochs(
  { at, every, dense }: z.output<typeof snapshotsParameter>,
  epochs: number,
  drops: Schedule["drops"],
): number[] {
  const listed = at.map((point) => epochOf(point, epochs));
  const beyond = listed.find((epoch) => epoch > epochs);
  if (beyond !== undefined) {
    throw new Error(`A snapshot is asked for at epoch ${beyond}, but training ends after ${epochs}; see snapshots.at`);
  }
  const periodic = every === undefined ? [] : range(0, epochs, every);
  const stretches = [0, ...dropEpochs(drops, epochs)].flatMap((start) =>
    dense === 0 ? [] : range(start, start + dense, 1)
  );
  const all = new Set([0, ...listed, ...periodic, ...stretches, epochs]);
  return [...all].filter((epoch) => epoch <= epochs).toSorted((a, b) => a - b);
}

function range(from: number, to: number, by: number): number[] {
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}
