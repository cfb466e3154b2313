import * as tf from "@tensorflow/tfjs";
import type { Program } from "../runtimes/program.ts";
import type { Executable, Runtime } from "../runtimes/runtime.ts";
import { addRows } from "./add_rows.ts";
import { inOrder, type LinearProbe, type ProbedData, type ProbedNetwork } from "./probe.ts";
import { standardisedFeatures, unstandardised } from "./probe_features.ts";
import { type Evaluated, minimise } from "./probe_minimiser.ts";
import { softmaxRegression } from "./probe_sgd.ts";

/** How probes are converged. */
export interface ConvergedParameters {
  /** The penalty is half of this times the squared norm of the weights (biases are free), on features of unit mean square. */
  readonly l2: number;
  /** Ends when the gradient's norm is at most this share of its norm at zero weights. */
  readonly tolerance: number;
  /** Steps of L-BFGS after which it is an error not to have converged. */
  readonly iterations: number;
}

/** A probe at the minimum of its objective. */
export interface ConvergedProbe extends LinearProbe {
  /** Steps of L-BFGS. */
  readonly iterations: number;
  /** Norm of the objective's gradient, as a share of that at zero weights. */
  readonly gradientNorm: number;
}

/** Examples of one step of the regression: their features stay in the cache, and float32 sums stay short. */
const regressionBatch = 2000;

/**
 * Trains a linear probe on a layer to convergence: the minimum of the mean cross-entropy over the whole set plus a small L2
 * penalty, which is unique, by L-BFGS. Features are centred and divided by one number, the root of their mean square, so that
 * the penalty means the same for every layer; the weights returned are those for the features as they are. Losses and
 * gradients are computed by the runtime in float32 and summed over batches in float64.
 *
 * @throws {Error} where the layer is wider than `widestConverged`, or it does not converge
 */
export async function convergeProbe(
  network: ProbedNetwork,
  layer: string,
  data: ProbedData,
  parameters: ConvergedParameters,
  { runtime, threads }: { readonly runtime: Runtime; readonly threads: number },
): Promise<ConvergedProbe> {
  const { classes } = network;
  const found = await standardisedFeatures(network, layer, data, { runtime, threads });
  const { features, size, centre, scale } = found;
  for (let at = 0; at < features.length; at++) features[at] = (features[at]! - centre[at % size]!) / scale;
  const executable = await runtime.compile(regressionProgram(size, classes), { batch: regressionBatch, threads });
  try {
    const evaluate = objective(executable, { features, labels: data.examples.labels }, size * classes, parameters.l2);
    const minimum = await minimise(evaluate, new Float64Array((size + 1) * classes), parameters);
    const { point, iterations, gradientNorm } = minimum;
    if (!minimum.converged) {
      throw new Error(
        `The probe of layer ${layer} did not converge: after ${iterations} steps its gradient's norm is ` +
          `${gradientNorm.toExponential(1)} of that at zero, expected at most ${parameters.tolerance}; ` +
          `raise converged.iterations, converged.tolerance or converged.l2`,
      );
    }
    return { ...unstandardised(point, found, classes), iterations, gradientNorm };
  } finally {
    await executable.dispose();
  }
}

/** A pass over the examples. Steps: `loss`, `weights` and `biases`, {@linkcode softmaxRegression}'s sums over the batch. */
function regressionProgram(size: number, classes: number): Program {
  return {
    name: "converged probe",
    examples: { features: { shape: [size], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
    scalars: [],
    constants: {
      weights: { shape: [size, classes], dtype: "float32" },
      biases: { shape: [classes], dtype: "float32" },
    },
    state: {},
    body: ({ examples, constants }) => {
      const targets = tf.cast(tf.oneHot(examples.labels as tf.Tensor1D, classes), "float32");
      const sums = softmaxRegression(examples.features!, targets, constants.weights!, constants.biases!);
      return { state: {}, steps: { ...sums } };
    },
  };
}

/**
 * The function that is minimised, of the weights and then the biases.
 *
 * @param weights how many of its arguments are weights
 */
function objective(
  executable: Executable,
  examples: { readonly features: Float32Array; readonly labels: Int32Array },
  weights: number,
  l2: number,
): (point: Float64Array) => Promise<Evaluated> {
  const count = examples.labels.length;
  const order = inOrder(count);
  return async (point) => {
    const constants = {
      weights: Float32Array.from(point.subarray(0, weights)),
      biases: Float32Array.from(point.subarray(weights)),
    };
    const { steps } = await executable.run({ examples, order, constants });
    const [loss, gradient] = [new Float64Array(1), new Float64Array(point.length)];
    addRows(loss, steps.loss!.data);
    addRows(gradient.subarray(0, weights), steps.weights!.data);
    addRows(gradient.subarray(weights), steps.biases!.data);
    let value = loss[0]! / count;
    for (let index = 0; index < gradient.length; index++) {
      const penalised = index < weights ? point[index]! : 0;
      gradient[index] = gradient[index]! / count + l2 * penalised;
      value += l2 / 2 * penalised ** 2;
    }
    return { value, gradient };
  };
}
