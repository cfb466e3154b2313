import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../runtimes/program.ts";
import { batchMoments, batchNorm } from "./batch_norm.ts";
import type { Model, VariableSpec } from "./model.ts";

/** Share of the batch's moments in the running ones, as in PyTorch. */
const statisticsMomentum = 0.1;
const epsilon = 1e-5;

/**
 * The variables of a batch norm: the trained `<name>.scale` and `<name>.offset`, the carried `<name>.mean` and
 * `<name>.variance`.
 */
export function normSpecs(name: string, features: number): Pick<Model, "parameters" | "statistics"> {
  const constant = (value: number): VariableSpec => {
    return { shape: [features], initial: { kind: "constant", value }, role: "norm" };
  };
  return {
    parameters: { [`${name}.scale`]: constant(1), [`${name}.offset`]: constant(0) },
    statistics: { [`${name}.mean`]: constant(0), [`${name}.variance`]: constant(1) },
  };
}

/**
 * Batch norm as torch.nn.BatchNorm1d and BatchNorm2d do it: moments are over all axes but the last, the batch is divided by
 * the biased deviation, the running variance is the unbiased one.
 *
 * @param name of the norm, whose variables {@linkcode normSpecs} gave
 * @param units `[..., features]`
 * @param next takes the next statistics: those given, in evaluation mode
 */
export function normalised(
  name: string,
  { parameters, statistics }: { readonly parameters: Tensors; readonly statistics: Tensors },
  units: tf.Tensor,
  mode: "train" | "evaluate",
  next: Tensors,
): tf.Tensor {
  const [scale, offset] = [parameters[`${name}.scale`]!, parameters[`${name}.offset`]!];
  const [runningMean, runningVariance] = [statistics[`${name}.mean`]!, statistics[`${name}.variance`]!];
  if (mode === "evaluate") {
    next[`${name}.mean`] = runningMean;
    next[`${name}.variance`] = runningVariance;
    const factor = tf.mul(tf.rsqrt(tf.add(runningVariance, epsilon)), scale);
    return tf.add(tf.mul(units, factor), tf.sub(offset, tf.mul(runningMean, factor)));
  }
  const { mean, variance } = batchMoments(units);
  const count = units.size / units.shape.at(-1)!;
  next[`${name}.mean`] = running(runningMean, mean);
  next[`${name}.variance`] = running(runningVariance, tf.mul(variance, count / (count - 1)));
  return batchNorm(units, mean, variance, scale, offset, epsilon);
}

function running(old: tf.Tensor, current: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(old, 1 - statisticsMomentum), tf.mul(current, statisticsMomentum));
}
