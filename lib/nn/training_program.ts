import * as tf from "@tensorflow/tfjs";
import type { Program, Tensors } from "../runtimes/program.ts";
import { exampleSpecs } from "./forward.ts";
import { correctCount, crossEntropy } from "./loss.ts";
import type { Model } from "./model.ts";
import { type Normalisation, normalise } from "./normalisation.ts";
import { sgd, type SgdParameters } from "./sgd.ts";
import { grouped, prefixed, variableTensors } from "./variables.ts";

/**
 * An epoch of training as a program: each step takes a batch, the mean cross-entropy, its gradients, and a step of SGD.
 *
 * State: the variables, and `velocities/<parameter>`. Scalars: `learningRate`. Steps: `loss`, the batch's mean, and `correct`,
 * the number of its examples that the network in training mode classifies rightly before the update.
 */
export function trainingProgram(model: Model, normalisation: Normalisation, optimizer: SgdParameters): Program {
  const names = Object.keys(model.parameters);
  const variables = variableTensors(model);
  const velocities = names.map((name) => [`velocities/${name}`, variables[`parameters/${name}`]!]);
  return {
    name: "training",
    examples: exampleSpecs(model),
    scalars: ["learningRate"],
    constants: {},
    state: { ...variables, ...Object.fromEntries(velocities) },
    body: ({ examples, scalars, state }) => {
      const [images, labels] = [normalise(examples.images!, normalisation), examples.labels!];
      const parameters = grouped("parameters", state);
      const beside: { statistics: Tensors; correct?: tf.Tensor } = { statistics: {} };

      const meanLoss = (...values: tf.Tensor[]): tf.Scalar => {
        const trained = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
        const variables = { parameters: trained, statistics: grouped("statistics", state) };
        const { logits, statistics } = model.apply(variables, images, "train");
        // Eager runtimes free what the differentiated function makes and does not return.
        beside.correct = tf.keep(correctCount(logits, labels));
        for (const [name, tensor] of Object.entries(statistics)) beside.statistics[name] = tf.keep(tensor);
        return tf.mean(crossEntropy(logits, labels));
      };
      const { value: loss, grads } = tf.valueAndGrads(meanLoss)(names.map((name) => parameters[name]!));

      const gradients = Object.fromEntries(names.map((name, index) => [name, grads[index]!]));
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
