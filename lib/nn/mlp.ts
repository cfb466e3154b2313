import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Tensors } from "../runtimes/program.ts";
import { batchMoments, batchNorm } from "./batch_norm.ts";
import type { Model, VariableSpec } from "./model.ts";

/** Parameters of a multilayer perceptron, as a pipeline file writes them. */
export const mlpParameter: z.ZodObject<{
  kind: z.ZodLiteral<"mlp">;
  depth: z.ZodInt;
  width: z.ZodDefault<z.ZodInt>;
  batchNorm: z.ZodDefault<z.ZodBoolean>;
  initialisation: z.ZodDefault<z.ZodEnum<{ pytorch: "pytorch"; he: "he" }>>;
}, z.core.$strict> = z.strictObject({
  kind: z.literal("mlp"),
  depth: z.int().min(1).meta({ description: "Hidden layers" }),
  width: z.int().min(1).default(100).meta({ description: "Units of each hidden layer" }),
  batchNorm: z.boolean().default(true).meta({ description: "Batch normalisation before each ReLU" }),
  initialisation: z.enum(["pytorch", "he"]).default("pytorch").meta({
    description: "pytorch: torch.nn.Linear's default, uniform in ±1/sqrt(inputs); he: normal, deviation sqrt(2/inputs)",
  }),
});

/** Share of the batch's moments in the running ones, as in PyTorch. */
const statisticsMomentum = 0.1;
const epsilon = 1e-5;

/**
 * A multilayer perceptron on flattened images: `depth` hidden layers of `width` units, each a linear map, batch norm if asked
 * for, and ReLU; then a linear map to the classes. The measured layers are the hidden ones, after ReLU.
 *
 * Where batch norm follows, a linear map has no bias: the batch's mean would take it away again.
 */
export function mlp(parameters: z.output<typeof mlpParameter>, input: Model["input"], classes: number): Model {
  const { depth, width, initialisation } = parameters;
  const names = Array.from({ length: depth }, (_, layer) => `${layer + 1}`);
  const inputs = input[0] * input[1] * input[2];
  const specs: Record<string, VariableSpec> = {};
  const statistics: Record<string, VariableSpec> = {};
  const constant = (value: number, role: VariableSpec["role"]): VariableSpec => {
    return { shape: [width], initial: { kind: "constant", value }, role };
  };
  names.forEach((name, index) => {
    Object.assign(specs, linearSpecs(name, index === 0 ? inputs : width, width, initialisation, !parameters.batchNorm));
    if (!parameters.batchNorm) return;
    specs[`${name}.scale`] = constant(1, "norm");
    specs[`${name}.offset`] = constant(0, "norm");
    statistics[`${name}.mean`] = constant(0, "norm");
    statistics[`${name}.variance`] = constant(1, "norm");
  });
  Object.assign(specs, linearSpecs("output", width, classes, initialisation, true));

  return {
    input,
    classes,
    parameters: specs,
    statistics,
    layers: names.map((name) => ({ name, size: width })),
    apply(variables, images, mode) {
      const next: Tensors = {};
      const layers: tf.Tensor[] = [];
      let features: tf.Tensor = tf.reshape(images, [-1, inputs]);
      for (const name of names) {
        let units = linear(name, variables.parameters, features);
        if (parameters.batchNorm) units = normalised(name, variables, units, mode, next);
        features = tf.relu(units);
        layers.push(features);
      }
      return { logits: linear("output", variables.parameters, features), layers, statistics: next };
    },
  };
}

function linearSpecs(
  name: string,
  inputs: number,
  outputs: number,
  initialisation: "pytorch" | "he",
  bias: boolean,
): Record<string, VariableSpec> {
  // kaiming_uniform_(a = sqrt(5)) of torch.nn.Linear comes to the same bound as its bias has.
  const uniform = { kind: "uniform", bound: 1 / Math.sqrt(inputs) } as const;
  const he = { kind: "normal", deviation: Math.sqrt(2 / inputs) } as const;
  const weight: VariableSpec = {
    shape: [inputs, outputs],
    initial: initialisation === "he" ? he : uniform,
    role: "weight",
  };
  if (!bias) return { [`${name}.weight`]: weight };
  const initial = initialisation === "he" ? { kind: "constant", value: 0 } as const : uniform;
  return { [`${name}.weight`]: weight, [`${name}.bias`]: { shape: [outputs], initial, role: "bias" } };
}

function linear(name: string, parameters: Tensors, features: tf.Tensor): tf.Tensor {
  const product = tf.matMul(features as tf.Tensor2D, parameters[`${name}.weight`] as tf.Tensor2D);
  const bias = parameters[`${name}.bias`];
  return bias === undefined ? product : tf.add(product, bias);
}

/** Batch norm as torch.nn.BatchNorm1d does it: the running variance is the unbiased one, the batch is divided by the biased. */
function normalised(
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
  const batch = units.shape[0]!;
  next[`${name}.mean`] = running(runningMean, mean);
  next[`${name}.variance`] = running(runningVariance, tf.mul(variance, batch / (batch - 1)));
  return batchNorm(units, mean, variance, scale, offset, epsilon);
}

function running(old: tf.Tensor, current: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(old, 1 - statisticsMomentum), tf.mul(current, statisticsMomentum));
}
