import * as tf from "@tensorflow/tfjs";
import type { ExampleSpec, Program, Tensors } from "../runtimes/program.ts";
import { featuresAt, type LayerPoint } from "./layer_point.ts";
import { correctCount, exampleLosses, type Loss } from "./loss.ts";
import type { Model } from "./model.ts";
import { type Normalisation, normalise } from "./normalisation.ts";
import { grouped, variableTensors } from "./variables.ts";

/** The data sets that every program over a model takes: `images`, uint8 pixels, and `labels`. */
export function exampleSpecs(model: Model): Record<"images" | "labels", ExampleSpec> {
  return { images: { shape: model.input, dtype: "uint8" }, labels: { shape: [], dtype: "int32" } };
}

/**
 * The network in evaluation mode (running statistics) on raw images.
 *
 * @param variables `parameters/<name>` and `statistics/<name>`
 * @param images `[batch, height, width, channels]`, int32 pixels from 0 to 255
 * @param point where in each layer its features are taken
 * @returns logits `[batch, classes]` and the measured layers, flattened to `[batch, size]`
 */
export function forward(
  model: Model,
  normalisation: Normalisation,
  variables: Tensors,
  images: tf.Tensor,
  point: LayerPoint = "after",
): { readonly logits: tf.Tensor; readonly layers: readonly tf.Tensor[] } {
  const groups = { parameters: grouped("parameters", variables), statistics: grouped("statistics", variables) };
  const outputs = model.apply(groups, normalise(images, normalisation), "evaluate");
  const layers = featuresAt(outputs, point).map((layer, index) => tf.reshape(layer, [-1, model.layers[index]!.size]));
  return { logits: outputs.logits, layers };
}

/**
 * A program that runs the network in evaluation mode over examples `images` and `labels`; its constants are the variables, as
 * a snapshot holds them.
 *
 * Rows: `logits` `[classes]`, and with `layers` each measured layer's features as `layer/<name>` `[size]`.
 * Steps: `loss`, the sum of the batch's cross-entropies, and `correct`, the number of its examples that are classified
 * rightly.
 */
export function forwardProgram(
  model: Model,
  normalisation: Normalisation,
  options: { readonly layers: boolean },
): Program {
  return {
    name: "forward",
    examples: exampleSpecs(model),
    scalars: [],
    constants: variableTensors(model),
    state: {},
    body: ({ examples, constants }) => {
      const { logits, layers } = forward(model, normalisation, constants, examples.images!);
      const rows: Tensors = { logits };
      model.layers.forEach(({ name }, index) => {
        if (options.layers) rows[`layer/${name}`] = layers[index]!;
      });
      return { state: {}, steps: scores("cross-entropy", logits, examples.labels!), rows };
    },
  };
}

/** A program like {@linkcode forwardProgram} that returns the steps `loss`, of any kind, and `correct` alone. */
export function evaluationProgram(model: Model, normalisation: Normalisation, loss: Loss): Program {
  return {
    name: "evaluation",
    examples: exampleSpecs(model),
    scalars: [],
    constants: variableTensors(model),
    state: {},
    body: ({ examples, constants }) => {
      const { logits } = forward(model, normalisation, constants, examples.images!);
      return { state: {}, steps: scores(loss, logits, examples.labels!) };
    },
  };
}

function scores(loss: Loss, logits: tf.Tensor, labels: tf.Tensor): Tensors {
  return { loss: tf.sum(exampleLosses(loss, logits, labels)), correct: correctCount(logits, labels) };
}
