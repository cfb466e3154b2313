import { z } from "zod";
import { Random } from "./random.ts";

/** Noise on the labels of a train set, as a pipeline file writes it. */
export const labelNoiseParameter: z.ZodObject<{
  share: z.ZodNumber;
  kind: z.ZodDefault<z.ZodEnum<{ uniform: "uniform"; symmetric: "symmetric" }>>;
  seed: z.ZodDefault<z.ZodInt>;
}, z.core.$strict> = z.strictObject({
  share: z.number().min(0).max(1).meta({ description: "The probability with which a label is replaced" }),
  kind: z.enum(["uniform", "symmetric"]).default("uniform").meta({
    description: "What replaces it: a uniformly drawn class, which may be the true one, or one of the others",
  }),
  seed: z.int().min(0).default(0).meta({ description: "Decides the noise, whatever the training's seed" }),
});

/** Noise on the labels of a train set. */
export type LabelNoise = z.output<typeof labelNoiseParameter>;

/** What downstream of a training counts as a train label, as a pipeline file writes it. */
export const labelsParameter: z.ZodDefault<z.ZodEnum<{ trained: "trained"; clean: "clean" }>> = z
  .enum(["trained", "clean"]).default("trained").meta({
    description: "The labels of the train set: those that the network was trained on, or without its label noise",
  });

/**
 * Labels with noise: each is replaced with probability `share`, independently (uniform: as Zhang, Bengio, Hardt, Recht and
 * Vinyals, arXiv 1611.03530, section 2, corrupt labels). What becomes of a label is a function of it, its index, the number of
 * classes and the noise alone: a longer set has the same ones first, and those replaced at a small share are among those
 * replaced at a large one, by the same classes.
 *
 * @param labels in canonical order
 * @throws {Error} where there is no other class to take
 */
export function noisyLabels(
  labels: Uint8Array,
  classes: number,
  { share, kind, seed }: LabelNoise,
): Uint8Array<ArrayBuffer> {
  if (kind === "symmetric" && classes < 2) {
    throw new Error(`Symmetric label noise takes one of the other classes, but there is ${classes} in all`);
  }
  const random = new Random(seed, `label noise ${kind}`);
  return Uint8Array.from(labels, (label) => {
    // Both are drawn whatever comes of them, so that the share decides nothing but which labels stay.
    const isReplaced = random.uniform() < share;
    const drawn = kind === "uniform" ? random.integer(classes) : (label + 1 + random.integer(classes - 1)) % classes;
    return isReplaced ? drawn : label;
  });
}

/** A data set whose train labels have noise, if any; images and test labels are as they were. */
export function withLabelNoise<
  T extends { readonly classes: readonly string[]; readonly train: { readonly labels: Uint8Array } },
>(dataset: T, noise: LabelNoise | null): T {
  if (noise === null) return dataset;
  const labels = noisyLabels(dataset.train.labels, dataset.classes.length, noise);
  return { ...dataset, train: { ...dataset.train, labels } };
}
