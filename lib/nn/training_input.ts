import type { Tensor } from "@tensorflow/tfjs";
import type { ExampleSpec, Tensors } from "../runtimes/program.ts";
import { type Augmentation, augmented, placementSpec } from "./augmentation.ts";
import { exampleSpecs } from "./forward.ts";
import type { Model } from "./model.ts";
import { type Normalisation, normalise } from "./normalisation.ts";

/** The data sets that a program in training mode takes: those of every program and, with augmentation, `placements`. */
export function trainingExampleSpecs(model: Model, augmentation: Augmentation | null): Record<string, ExampleSpec> {
  return { ...exampleSpecs(model), ...(augmentation === null ? {} : { placements: placementSpec }) };
}

/**
 * The images of a batch as a network sees them in training mode: augmented, if asked for, and normalised.
 *
 * @param examples a batch of the data sets of {@linkcode trainingExampleSpecs}
 * @returns `[batch, height, width, channels]`, float32
 */
export function trainingImages(
  examples: Tensors,
  normalisation: Normalisation,
  augmentation: Augmentation | null,
): Tensor {
  return normalise(trainingPixels(examples, augmentation), normalisation);
}

/** The same before they are normalised, `[batch, height, width, channels]`, int32. */
export function trainingPixels({ images, placements }: Tensors, augmentation: Augmentation | null): Tensor {
  return augmentation === null ? images! : augmented(images!, placements!, augmentation.pad);
}
