import * as tf from "@tensorflow/tfjs";
import type { z } from "zod";
import type { Program, Tensors } from "../runtimes/program.ts";
import type { Augmentation } from "./augmentation.ts";
import { clipped } from "./clipping.ts";
import { correctCount, exampleLosses, type Loss } from "./loss.ts";
import type { Model } from "./model.ts";
import type { Normalisation } from "./normalisation.ts";
import { type optimizerParameter, sgd, type SgdParameters } from "./sgd.ts";
import { trainingExampleSpecs, trainingImages } from "./training_input.ts";
import { grouped, prefixed, variableTensors } from "./variables.ts";

/** The part of {@linkcode optimizerParameter} that a step needs. */
export type StepParameters = SgdParameters & Pick<z.output<typeof optimizerParameter>, "clip">;

/**
 * An epoch of training as a program: each step takes a batch, the mean of its losses, the gradients, clipped if asked for,
 * and a step of SGD.
 *
 * State: the variables, and `velocities/<parameter>`. Scalars: `learningRate`. Steps: `loss`, the batch's mean, and `correct`,
 * the number of its examples that the network in training mode classifies rightly before the update. With augmentation there
 * are examples `placements` besides, drawn anew for each epoch.
 */
export function trainingProgram(
  model: Model,
  normalisation: Normalisation,
  optimizer: StepParameters,
  { loss: kind = "cross-entropy", augmentation = null }: {
    readonly loss?: Loss;
    readonly augmentation?: Augmentation | null;
  } = {},
): Program {
  const names = Object.keys(model.parameters);
  const variables = variableTensors(model);
  const velocities = names.map((name) => [`velocities/${name}`, variables[`parameters/${name}`]!]);
  return {
    name: "training",
    examples: trainingExampleSpecs(model, augmentation),
    scalars: ["learningRate"],
    constants: {},
    state: { ...variables, ...Object.fromEntries(velocities) },
    body: ({ examples, scalars, state }) => {
      const [images, labels] = [trainingImages(examples, normalisation, augmentation), examples.labels!];
      const parameters = grouped("parameters", state);
      const beside: { statistics: Tensors; correct?: tf.Tensor } = { statistics: {} };

      const meanLoss = (...values: tf.Tensor[]): tf.Scalar => {
        const trained = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
        const variables = { parameters: trained, statistics: grouped("statistics", state) };
        const { logits, statistics } = model.apply(variables, images, "train");
        // Eager runtimes free what the differentiated function makes and does not return.
        beside.correct = tf.keep(correctCount(logits, labels));
        for (const [name, tensor] of Object.entries(statistics)) beside.statistics[name] = tf.keep(tensor);
        return tf.mean(exampleLosses(kind, logits, labels));
      };
      const { value: loss, grads } = tf.valueAndGrads(meanLoss)(names.map((name) => parameters[name]!));

      const exact = Object.fromEntries(names.map((name, index) => [name, grads[index]!]));
      const gradients = optimizer.clip === null ? exact : clipped(exact, optimizer.clip);
      const current = { parameters, velocities: grouped("velocities", state), gradients };
      const next = sgd(model.parameters, optimizer, scalars.learningRate!, current);
      return {
        state: {
          ...prefixed("parameters", next.parameters),
          ...prefixed("statistics", beside.statistics),
          ...prefixed("velocities", next.velocities),
        },
        steps: { loss, correct: beside.correct! },
      };
    },
  };
}
