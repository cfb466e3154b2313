import { createHash } from "node:crypto";
import { z } from "zod";
import { epochOf, epochPoint } from "./epochs.ts";

/** When and how the learning rate drops. */
export const dropsParameter: z.ZodObject<{
  at: z.ZodArray<typeof epochPoint>;
  factor: z.ZodDefault<z.ZodNumber>;
}, z.core.$strict> = z.strictObject({
  at: z.array(epochPoint).meta({ description: "After how many epochs: numbers, or percentages of `epochs`" }),
  factor: z.number().positive().max(1).default(0.1).meta({
    description: "What the rate is multiplied by at each drop",
  }),
});

/** A learning rate over time: constant pieces, after an optional linear warm-up. */
export interface Schedule {
  /** The learning rate of the first piece. */
  readonly lr: number;
  /** When it drops, and by what factor. */
  readonly drops: z.output<typeof dropsParameter>;
  /** Epochs over which the rate grows linearly from almost nothing to its value. */
  readonly warmUp: number;
}

/** The epochs after which the rate drops, ascending; a drop at or after the last epoch never comes. */
export function dropEpochs(drops: Schedule["drops"], epochs: number): number[] {
  return drops.at.map((point) => epochOf(point, epochs)).filter((epoch) => epoch < epochs).toSorted((a, b) => a - b);
}

/**
 * What tells a schedule's beginnings from those of others: for each number of finished epochs, from 0 on, the sha256 of all
 * learning rates up to there.
 *
 * @param steps steps in an epoch
 */
export function scheduleDigests(schedule: Schedule, { epochs, steps }: Pick<Position, "epochs" | "steps">): string[] {
  const hash = createHash("sha256");
  const digests = [hash.copy().digest("hex")];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    hash.update(Float64Array.from(epochRates(schedule, { epoch, epochs, steps })));
    digests.push(hash.copy().digest("hex"));
  }
  return digests;
}

/** The learning rate of each step of an epoch. */
export function epochRates(schedule: Schedule, position: Omit<Position, "step">): number[] {
  return Array.from({ length: position.steps }, (_, step) => learningRate(schedule, { ...position, step }));
}

/** A step of training. */
export interface Position {
  /** The pass through the train set, from 1 on. */
  readonly epoch: number;
  /** Epochs in all. */
  readonly epochs: number;
  /** The step of the epoch, from 0 on. */
  readonly step: number;
  /** Steps in an epoch. */
  readonly steps: number;
}

/**
 * The learning rate of a step: `lr` times `factor` for each drop that lies behind (as torch's MultiStepLR has it), and during
 * the warm-up times the share of it that the step completes.
 */
export function learningRate(schedule: Schedule, { epoch, epochs, step, steps }: Position): number {
  const dropped = dropEpochs(schedule.drops, epochs).filter((drop) => drop < epoch).length;
  const rate = schedule.lr * schedule.drops.factor ** dropped;
  const [taken, warmUp] = [(epoch - 1) * steps + step + 1, schedule.warmUp * steps];
  return taken < warmUp ? rate * taken / warmUp : rate;
}
