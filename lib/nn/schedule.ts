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

/** A learning rate that falls along half a cosine instead. */
export const cosineParameter: z.ZodObject<{ to: z.ZodDefault<z.ZodNumber> }, z.core.$strict> = z.strictObject({
  to: z.number().min(0).default(0).meta({ description: "The rate that it approaches by the last step" }),
});

/** A learning rate over time: constant pieces or half a cosine, after an optional linear warm-up. */
export interface Schedule {
  /** The learning rate of the first piece. */
  readonly lr: number;
  /** When it drops, and by what factor. */
  readonly drops: z.output<typeof dropsParameter>;
  /** Where it falls along half a cosine, and then without drops; else null. */
  readonly cosine: z.output<typeof cosineParameter> | null;
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
 *
 * With `cosine` the rate is `to + (lr - to) (1 + cos(pi s)) / 2`, where `s` is the share of the steps after the warm-up that lie
 * behind: one period of Loshchilov and Hutter (arXiv 1608.03983, equation 5), changed at each step, which is torch's
 * CosineAnnealingLR stepped once a step.
 */
export function learningRate(schedule: Schedule, position: Position): number {
  const { epoch, epochs, step, steps } = position;
  const [taken, warmUp] = [(epoch - 1) * steps + step + 1, schedule.warmUp * steps];
  const rate = schedule.cosine === null
    ? schedule.lr * schedule.drops.factor ** dropEpochs(schedule.drops, epochs).filter((drop) => drop < epoch).length
    : annealed(schedule.lr, schedule.cosine.to, Math.max(0, taken - 1 - warmUp) / Math.max(1, epochs * steps - warmUp));
  return taken < warmUp ? rate * taken / warmUp : rate;
}

function annealed(from: number, to: number, share: number): number {
  return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
}
