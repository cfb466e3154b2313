import * as tf from "@tensorflow/tfjs";
import { batchMoments, batchNorm } from "../../../lib/nn/batch_norm.ts";
import type { Program, RunInputs, Tensors } from "../../../lib/runtimes/program.ts";
import { normal, uniform } from "./random.ts";

/** A small classifier and how it is trained. */
export interface Network {
  readonly name: string;
  readonly image: readonly [number, number, number];
  readonly classes: number;
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly statistics: Readonly<Record<string, readonly number[]>>;
  /** @returns logits; the new statistics are put in `next` when training */
  readonly apply: (variables: Tensors, images: tf.Tensor, next?: Tensors) => tf.Tensor;
}

/** Dense layers with a rectifier between them, each normalised over the batch if asked. */
export function mlp(
  options: { image: [number, number, number]; widths: readonly number[]; classes: number; batchNorm: boolean },
): Network {
  const sizes = [options.image.reduce((size, extent) => size * extent, 1), ...options.widths, options.classes];
  const parameters: Record<string, number[]> = {};
  const statistics: Record<string, number[]> = {};
  const depth = sizes.length - 1;
  for (let layer = 1; layer <= depth; layer++) {
    const width = sizes[layer]!;
    parameters[`weight${layer}`] = [sizes[layer - 1]!, width];
    parameters[`bias${layer}`] = [width];
    if (!options.batchNorm || layer === depth) continue;
    parameters[`scale${layer}`] = [width];
    statistics[`mean${layer}`] = [width];
    statistics[`variance${layer}`] = [width];
  }
  const apply: Network["apply"] = (variables, images, next) => {
    let features = tf.reshape(images, [images.shape[0]!, -1]);
    for (let layer = 1; layer <= depth; layer++) {
      const [weight, bias] = [variables[`weight${layer}`] as tf.Tensor2D, variables[`bias${layer}`]!];
      const product = tf.matMul(features as tf.Tensor2D, weight);
      if (layer === depth) return tf.add(product, bias);
      features = tf.relu(options.batchNorm ? normalise(variables, product, layer, next) : tf.add(product, bias));
    }
    return features;
  };
  const name = `mlp ${sizes.join("-")}${options.batchNorm ? " with batch norm" : ""}`;
  return { name, image: options.image, classes: options.classes, parameters, statistics, apply };
}

function normalise(variables: Tensors, x: tf.Tensor, layer: number, next?: Tensors): tf.Tensor {
  const [scale, bias] = [variables[`scale${layer}`]!, variables[`bias${layer}`]!];
  const [oldMean, oldVariance] = [variables[`mean${layer}`]!, variables[`variance${layer}`]!];
  if (next === undefined) {
    return tf.add(tf.mul(tf.sub(x, oldMean), tf.mul(tf.rsqrt(tf.add(oldVariance, 1e-5)), scale)), bias);
  }
  const { mean, variance } = batchMoments(x);
  next[`mean${layer}`] = tf.keep(tf.add(tf.mul(oldMean, 0.9), tf.mul(mean, 0.1)));
  next[`variance${layer}`] = tf.keep(tf.add(tf.mul(oldVariance, 0.9), tf.mul(variance, 0.1)));
  return batchNorm(x, mean, variance, scale, bias);
}

/** An epoch of stochastic gradient descent with momentum and weight decay on the cross-entropy of a network. */
export function trainingProgram(network: Network, momentum = 0.9, weightDecay = 5e-4): Program {
  const names = Object.keys(network.parameters);
  const specs = { ...network.parameters, ...network.statistics };
  const velocities = Object.fromEntries(names.map((name) => [`velocity/${name}`, network.parameters[name]!]));
  const state = Object.entries({ ...specs, ...velocities }).map(([name, shape]) => [name, { shape, dtype: "float32" }]);
  return {
    name: `training of ${network.name}`,
    examples: { images: { shape: network.image, dtype: "uint8" }, labels: { shape: [], dtype: "int32" } },
    scalars: ["rate"],
    constants: {},
    state: Object.fromEntries(state),
    body: ({ examples, scalars, state }) => {
      const images = tf.sub(tf.div(tf.cast(examples.images!, "float32"), 127.5), 1);
      const labels = examples.labels as tf.Tensor1D;
      const next: Tensors = {};
      let logits!: tf.Tensor;
      const lossOf = (...parameters: tf.Tensor[]): tf.Scalar => {
        const variables = { ...state, ...Object.fromEntries(names.map((name, index) => [name, parameters[index]!])) };
        logits = tf.keep(network.apply(variables, images, next));
        const targets = tf.oneHot(labels, network.classes, 1, 0, "float32");
        return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
      };
      const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => state[name]!));
      names.forEach((name, index) => {
        const gradient = tf.add(grads[index]!, tf.mul(state[name]!, weightDecay));
        const velocity = tf.add(tf.mul(state[`velocity/${name}`]!, momentum), gradient);
        next[`velocity/${name}`] = velocity;
        next[name] = tf.sub(state[name]!, tf.mul(velocity, scalars.rate!));
      });
      const isRight = tf.equal(tf.argMax(logits, 1), labels);
      return { state: next, steps: { loss: value, correct: tf.sum(tf.cast(isRight, "float32")) }, rows: { logits } };
    },
  };
}

/** Random images and labels, and a state to start from. */
export function trainingInputs(network: Network, count: number, order: Int32Array, batch: number, seed = 1): RunInputs {
  const [next, nextNormal] = [uniform(seed), normal(seed + 1)];
  const pixels = network.image.reduce((size, extent) => size * extent, 1);
  const state: Record<string, Float32Array> = {};
  for (const [name, shape] of Object.entries({ ...network.parameters, ...network.statistics })) {
    const size = shape.reduce((size, extent) => size * extent, 1);
    const bound = Math.sqrt(2 / (size / shape.at(-1)!));
    state[name] = Float32Array.from(
      { length: size },
      () => shape.length > 1 ? bound * nextNormal() : /^(scale|variance)/.test(name) ? 1 : 0,
    );
    if (name in network.parameters) state[`velocity/${name}`] = new Float32Array(size);
  }
  const steps = Math.ceil(order.length / batch);
  return {
    examples: {
      images: Uint8Array.from({ length: count * pixels }, () => 256 * next()),
      labels: Int32Array.from({ length: count }, () => network.classes * next()),
    },
    order,
    scalars: { rate: Float32Array.from({ length: steps }, (_, step) => 0.05 - 0.001 * step) },
    state,
  };
}
