import type { z } from "zod";
import type { Model } from "./model.ts";
import { scheduleDigests } from "./schedule.ts";
import type { optimizerParameter } from "./sgd.ts";
import type { TrainingStateOptions } from "./training_state.ts";

/**
 * The parameters, by dotted names, in which trainings may differ that go on from each other's checkpoints: how long they are,
 * what they keep, and learning rates, as far as these were the same.
 */
export const continuedAcross: readonly string[] = [
  "epochs",
  "snapshots",
  "earlyStop",
  "optimizer.lr",
  "optimizer.drops",
  "optimizer.cosine",
  "optimizer.warmUp",
];

/** The parameters of a training, of which all but {@linkcode continuedAcross} decide which training it is. */
export interface TrainingParameters {
  /** Passes through the train set. */
  readonly epochs: number;
  /** What it keeps. */
  readonly snapshots: unknown;
  /** When it ends early. */
  readonly earlyStop: unknown;
  /** SGD and its learning rate over time. */
  readonly optimizer: z.output<typeof optimizerParameter>;
  /** Examples a step. */
  readonly batch: number;
}

/**
 * What tells a training's state from that of others.
 *
 * @param parameters all of them, JSON
 * @param examples the digest of the data set, and how many train examples it has
 */
export function trainingStateOptions(
  { epochs, snapshots: _, earlyStop: __, optimizer, ...others }: TrainingParameters,
  model: Model,
  examples: { readonly digest: string; readonly count: number },
): TrainingStateOptions {
  const { lr, drops, cosine, warmUp, ...rule } = optimizer;
  const steps = Math.ceil(examples.count / others.batch);
  return {
    model,
    training: JSON.stringify({ dataset: examples.digest, rule, ...others }),
    schedule: scheduleDigests({ lr, drops, cosine, warmUp }, { epochs, steps }),
  };
}
