import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Tensors } from "../runtimes/program.ts";
import { initialisationParameter, linearMapSpecs } from "./initialisation.ts";
import { linear } from "./linear_map.ts";
import type { Model, VariableSpec } from "./model.ts";
import { normalised, normSpecs } from "./normalised.ts";

/** Parameters of a multilayer perceptron, as a pipeline file writes them. */
export const mlpParameter: z.ZodObject<{
  kind: z.ZodLiteral<"mlp">;
  depth: z.ZodInt;
  width: z.ZodDefault<z.ZodInt>;
  batchNorm: z.ZodDefault<z.ZodBoolean>;
  residual: z.ZodDefault<z.ZodBoolean>;
  initialisation: typeof initialisationParameter;
}, z.core.$strict> = z.strictObject({
  kind: z.literal("mlp"),
  depth: z.int().min(1).meta({ description: "Hidden layers" }),
  width: z.int().min(1).default(100).meta({ description: "Units of each hidden layer" }),
  batchNorm: z.boolean().default(true).meta({ description: "Batch normalisation before each ReLU" }),
  residual: z.boolean().default(false).meta({
    description: "Adds what goes into each hidden layer but the first to what comes out, before its ReLU",
  }),
  initialisation: initialisationParameter,
});

/**
 * A multilayer perceptron on flattened images: `depth` hidden layers of `width` units, each a linear map, batch norm if asked
 * for, and ReLU; then a linear map to the classes. The measured layers are the hidden ones, after ReLU.
 *
 * Residual, each hidden layer but the first, whose inputs are the pixels, is `h <- relu(h + norm(linear(h)))`: the sum stands
 * before the ReLU, as in a basic block of a ResNet (He et al., arXiv 1512.03385, figure 2).
 *
 * Where batch norm follows, a linear map has no bias: the batch's mean would take it away again.
 */
export function mlp(parameters: z.output<typeof mlpParameter>, input: Model["input"], classes: number): Model {
  const { depth, width, initialisation, batchNorm, residual } = parameters;
  const names = Array.from({ length: depth }, (_, layer) => `${layer + 1}`);
  const inputs = input[0] * input[1] * input[2];
  const specs: Record<string, VariableSpec> = {};
  const statistics: Record<string, VariableSpec> = {};
  names.forEach((name, index) => {
    const shape = [index === 0 ? inputs : width, width];
    Object.assign(specs, linearMapSpecs(name, shape, { initialisation, bias: !batchNorm }));
    if (!batchNorm) return;
    const norm = normSpecs(name, width);
    Object.assign(specs, norm.parameters);
    Object.assign(statistics, norm.statistics);
  });
  Object.assign(specs, linearMapSpecs("output", [width, classes], { initialisation, bias: true }));

  return {
    input,
    classes,
    parameters: specs,
    statistics,
    layers: names.map((name) => ({ name, size: width })),
    units: depth * width,
    apply(variables, images, mode) {
      const next: Tensors = {};
      const linearMaps: tf.Tensor[] = [];
      const before: tf.Tensor[] = [];
      const layers: tf.Tensor[] = [];
      let features: tf.Tensor = tf.reshape(images, [-1, inputs]);
      for (const [index, name] of names.entries()) {
        let units = linear(name, variables.parameters, features);
        linearMaps.push(units);
        if (batchNorm) units = normalised(name, variables, units, mode, next);
        if (residual && index > 0) units = tf.add(units, features);
        before.push(units);
        features = tf.relu(units);
        layers.push(features);
      }
      const logits = linear("output", variables.parameters, features);
      return { logits, layers, statistics: next, before, linear: linearMaps };
    },
  };
}
