import type { Tensor } from "@tensorflow/tfjs";
import { z } from "zod";
import type { ExampleSpec, Tensors, TensorSpec } from "../runtimes/program.ts";
import { type Augmentation, augmentationParameter, drawPlacements, stillPlacements } from "./augmentation.ts";
import { classSample, type LabelledImages, type Samples, withSamples } from "./class_sample.ts";
import { type Examples, examplesOf } from "./evaluation.ts";
import { forward } from "./forward.ts";
import type { LayerPoint } from "./layer_point.ts";
import type { Model } from "./model.ts";
import type { Normalisation } from "./normalisation.ts";
import { trainingExampleSpecs, trainingPixels } from "./training_input.ts";
import { variableTensors } from "./variables.ts";

/** How the train images are varied once before they are measured, as a pipeline file writes it. */
export const measuredAugmentationParameter: z.ZodDefault<
  z.ZodNullable<z.ZodObject<typeof augmentationParameter.shape & { seed: z.ZodDefault<z.ZodInt> }, z.core.$strict>>
> = augmentationParameter.extend({
  seed: z.int().min(0).default(0).meta({ description: "Decides how, whatever the training's seed" }),
}).nullable().default(null).meta({
  description: "Measures the train images as training varies them, drawn once for all snapshots; null for as they are",
});

/** How the train images are varied once before they are measured. */
export type MeasuredAugmentation = NonNullable<z.output<typeof measuredAugmentationParameter>>;

/** Examples of {@linkcode evaluatedNetwork}. */
export interface MeasuredExamples extends Examples {
  /** How each image is varied, where any are. */
  readonly placements?: Int32Array;
}

/**
 * The examples of both sets that are measured: a sample of each class, if one is asked for, and the train images augmented, if
 * that is. How an image is varied does not depend on which others are in the sample.
 */
export function measuredSets(
  dataset: { readonly train: LabelledImages; readonly test: LabelledImages },
  samples: Samples | null,
  augmentation: MeasuredAugmentation | null,
): Record<"train" | "test", MeasuredExamples> {
  const sampled = withSamples(dataset, samples);
  const [train, test] = [examplesOf(sampled.train), examplesOf(sampled.test)];
  if (augmentation === null) return { train, test };
  // Epoch 0 is one that no training sees.
  const all = drawPlacements(augmentation, augmentation.seed, 0, dataset.train.count);
  const indices = samples === null ? null : classSample(dataset.train.labels, samples, "train");
  const placements = indices === null
    ? all
    : Int32Array.from({ length: 3 * indices.length }, (_, at) => all[3 * indices[Math.floor(at / 3)]! + at % 3]!);
  return {
    train: { ...train, placements },
    test: { ...test, placements: stillPlacements(augmentation, sampled.test.count) },
  };
}

/** A network in evaluation mode, as a program takes it. */
export interface EvaluatedNetwork {
  /** The data sets that it takes: those of {@linkcode measuredSets}. */
  readonly examples: Readonly<Record<string, ExampleSpec>>;
  /** Its variables. */
  readonly constants: Readonly<Record<string, TensorSpec>>;
  /** Logits `[batch, classes]`, and the measured layers' features, flattened to `[batch, size]`. */
  readonly apply: (inputs: { readonly examples: Tensors; readonly constants: Tensors }) => {
    readonly logits: Tensor;
    readonly layers: readonly Tensor[];
  };
}

/**
 * A network on examples of {@linkcode measuredSets}.
 *
 * @param point where in each layer its features are taken
 */
export function evaluatedNetwork(
  model: Model,
  normalisation: Normalisation,
  { point, augmentation }: { readonly point: LayerPoint; readonly augmentation: Augmentation | null },
): EvaluatedNetwork {
  return {
    examples: trainingExampleSpecs(model, augmentation),
    constants: variableTensors(model),
    apply: ({ examples, constants }) => {
      return forward(model, normalisation, constants, trainingPixels(examples, augmentation), point);
    },
  };
}
