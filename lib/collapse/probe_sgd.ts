import * as tf from "@tensorflow/tfjs";
import type { Program, Tensors } from "../runtimes/program.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { type LinearProbes, type ProbedData, type ProbedNetwork, probeTensors } from "./probe.ts";

/** How probes are trained by stochastic gradient descent. */
export interface ProbeSgdParameters {
  /** Passes through the train set. */
  readonly epochs: number;
  /** Examples a step. */
  readonly batch: number;
  /** Learning rate, the same at all steps. */
  readonly lr: number;
  /** Share of the velocity that is kept from step to step. */
  readonly momentum: number;
  /** Coupled, of weights and biases, as in torch.optim.SGD. */
  readonly weightDecay: number;
  /** What is minimised: see {@linkcode softmaxRegression} and {@linkcode leastSquares}. */
  readonly loss: "cross-entropy" | "mse";
  /** Whether there are biases that are trained; else they stay zero. */
  readonly bias: boolean;
}

/**
 * Trains a linear probe on each layer: cross-entropy or squared error, SGD with momentum, on the features as they are (neither centred nor
 * scaled, as in the paper), from zeros. All layers are trained in one streamed pass an epoch, so features are never stored.
 *
 * @param orders the order of examples in each epoch, from 1 on
 * @throws {Error} naming the layer and epoch, where a probe's loss stops being finite
 */
export async function trainProbes(
  network: ProbedNetwork,
  data: ProbedData,
  parameters: ProbeSgdParameters,
  { runtime, threads, orders }: {
    readonly runtime: Runtime;
    readonly threads: number;
    readonly orders: (epoch: number) => Int32Array;
  },
): Promise<LinearProbes> {
  const program = probeProgram(network, parameters);
  const executable = await runtime.compile(program, { batch: parameters.batch, threads });
  let state: Readonly<Record<string, Float32Array | Int32Array>> = Object.fromEntries(
    Object.entries(program.state).map((
      [name, { shape }],
    ) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  try {
    for (let epoch = 1; epoch <= parameters.epochs; epoch++) {
      const order = orders(epoch);
      const result = await executable.run({ examples: data.examples, constants: data.constants, order, state });
      const losses = result.steps.loss!.data;
      const wrong = losses.findIndex((loss) => !Number.isFinite(loss));
      if (wrong >= 0) {
        const layer = network.layers[wrong % network.layers.length]!.name;
        throw new Error(
          `The probe of layer ${layer} diverged: its loss is ${losses[wrong]} in epoch ${epoch}; ` +
            `try a lower sgd.lr than ${parameters.lr}`,
        );
      }
      state = result.state;
    }
  } finally {
    await executable.dispose();
  }
  const part = (name: string) => state[name] as Float32Array;
  return Object.fromEntries(
    network.layers.map(({ name }) => [name, { weights: part(`weights/${name}`), biases: part(`biases/${name}`) }]),
  );
}

/** A pass over the examples that trains the probes of all layers. Steps: `loss` `[layers]`, each layer's batch mean. */
function probeProgram(network: ProbedNetwork, parameters: ProbeSgdParameters): Program {
  const { lr, momentum, weightDecay, bias } = parameters;
  const regression = parameters.loss === "mse" ? leastSquares : softmaxRegression;
  const probes = probeTensors(network.layers, network.classes);
  const velocities = Object.entries(probes).map(([name, spec]) => [`velocities/${name}`, spec]);
  return {
    name: "probes",
    examples: network.examples,
    scalars: [],
    constants: network.constants,
    state: { ...probes, ...Object.fromEntries(velocities) },
    body: ({ examples, constants, state }) => {
      const targets = tf.cast(tf.oneHot(examples.labels as tf.Tensor1D, network.classes), "float32");
      const next: Tensors = { ...state };
      const update = (name: string, gradient: tf.Tensor) => {
        const slope = tf.add(gradient, tf.mul(state[name]!, weightDecay));
        const velocity = tf.add(tf.mul(state[`velocities/${name}`]!, momentum), slope);
        next[`velocities/${name}`] = velocity;
        next[name] = tf.sub(state[name]!, tf.mul(velocity, lr));
      };
      const features = network.features({ examples, constants });
      const losses = network.layers.map(({ name }, layer) => {
        const { loss, weights, biases } = regression(
          features[layer]!,
          targets,
          state[`weights/${name}`]!,
          state[`biases/${name}`]!,
        );
        const share = 1 / targets.shape[0]!;
        update(`weights/${name}`, tf.mul(weights, share));
        if (bias) update(`biases/${name}`, tf.mul(biases, share));
        return tf.mul(loss, share);
      });
      return { state: next, steps: { loss: tf.stack(losses) } };
    },
  };
}

/** A loss and its gradients, summed over a batch. */
export interface Regression {
  /** The loss. */
  readonly loss: tf.Tensor;
  /** Its gradient by the weights, `[size, classes]`. */
  readonly weights: tf.Tensor;
  /** Its gradient by the biases, `[classes]`. */
  readonly biases: tf.Tensor;
}

/**
 * The cross-entropy of multinomial logistic regression and its gradients, summed over a batch:
 * with `p = softmax(features * weights + biases)`, `features^T (p - targets)` and `sum(p - targets)`.
 *
 * @param features `[batch, size]`
 * @param targets one-hot, `[batch, classes]`
 */
export function softmaxRegression(
  features: tf.Tensor,
  targets: tf.Tensor,
  weights: tf.Tensor,
  biases: tf.Tensor,
): Regression {
  const logits = tf.add(tf.matMul(features as tf.Tensor2D, weights as tf.Tensor2D), biases);
  const logProbabilities = tf.logSoftmax(logits);
  const excess = tf.sub(tf.exp(logProbabilities), targets);
  return {
    loss: tf.neg(tf.sum(tf.mul(targets, logProbabilities))),
    weights: tf.matMul(features as tf.Tensor2D, excess as tf.Tensor2D, true),
    biases: tf.sum(excess, 0),
  };
}

/**
 * The squared error of linear regression, averaged over classes as in torch.nn.MSELoss, and its gradients, summed over a batch:
 * with `e = features * weights + biases - targets`, `sum(e^2) / C`, `2 features^T e / C` and `2 sum(e) / C`.
 *
 * @param features `[batch, size]`
 * @param targets one-hot, `[batch, classes]`
 */
export function leastSquares(
  features: tf.Tensor,
  targets: tf.Tensor,
  weights: tf.Tensor,
  biases: tf.Tensor,
): Regression {
  const errors = tf.sub(tf.add(tf.matMul(features as tf.Tensor2D, weights as tf.Tensor2D), biases), targets);
  const share = tf.mul(errors, 2 / targets.shape[1]!);
  return {
    loss: tf.div(tf.sum(tf.square(errors)), targets.shape[1]!),
    weights: tf.matMul(features as tf.Tensor2D, share as tf.Tensor2D, true),
    biases: tf.sum(share, 0),
  };
}
