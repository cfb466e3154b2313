import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Tensors } from "../runtimes/program.ts";
import { initialisationParameter, linearMapSpecs } from "./initialisation.ts";
import { convolution, linear } from "./linear_map.ts";
import type { Model, VariableSpec } from "./model.ts";
import { normalised, normSpecs } from "./normalised.ts";

/** Parameters of a plain convolutional net, as a pipeline file writes them. */
export const convnetParameter: z.ZodObject<{
  kind: z.ZodLiteral<"convnet">;
  depth: z.ZodInt;
  width: z.ZodDefault<z.ZodInt>;
  halvings: z.ZodDefault<z.ZodInt>;
  batchNorm: z.ZodDefault<z.ZodBoolean>;
  initialisation: typeof initialisationParameter;
}, z.core.$strict> = z.strictObject({
  kind: z.literal("convnet"),
  depth: z.int().min(1).meta({ description: "Convolutions" }),
  width: z.int().min(1).default(64).meta({ description: "Channels of each convolution" }),
  halvings: z.int().min(0).default(2).meta({
    description: "How many of the first convolutions have a stride of 2; the others keep height and width",
  }),
  batchNorm: z.boolean().default(true).meta({ description: "Batch normalisation before each ReLU" }),
  initialisation: initialisationParameter,
});

/**
 * A plain convolutional net: `depth` times a 3x3 convolution of `width` channels, batch norm if asked for, and ReLU; then the
 * mean over the image and a linear map to the classes. The first convolutions halve height and width by a stride of 2 rather
 * than by pooling, so that all layers above them have one shape and can be compared as those of a perceptron can. The
 * measured layers are the convolutions' outputs, after ReLU.
 *
 * Where batch norm follows, a convolution has no bias: the batch's mean would take it away again.
 */
export function convnet(parameters: z.output<typeof convnetParameter>, input: Model["input"], classes: number): Model {
  const { depth, width, halvings, initialisation, batchNorm } = parameters;
  const specs: Record<string, VariableSpec> = {};
  const statistics: Record<string, VariableSpec> = {};
  const names = Array.from({ length: depth }, (_, layer) => `${layer + 1}`);
  const layers = names.map((name, layer) => {
    const shape = [3, 3, layer === 0 ? input[2] : width, width];
    Object.assign(specs, linearMapSpecs(name, shape, { initialisation, bias: !batchNorm }));
    if (batchNorm) {
      const norm = normSpecs(name, width);
      Object.assign(specs, norm.parameters);
      Object.assign(statistics, norm.statistics);
    }
    const reduction = 2 ** Math.min(layer + 1, halvings);
    const places = Math.ceil(input[0] / reduction) * Math.ceil(input[1] / reduction);
    return { name, size: places * width, channels: width };
  });
  Object.assign(specs, linearMapSpecs("output", [width, classes], { initialisation, bias: true }));

  return {
    input,
    classes,
    parameters: specs,
    statistics,
    layers,
    units: layers.reduce((sum, { size }) => sum + size, 0),
    apply(variables, images, mode) {
      const next: Tensors = {};
      const convolutions: tf.Tensor[] = [];
      const before: tf.Tensor[] = [];
      const outputs: tf.Tensor[] = [];
      let features = images;
      names.forEach((name, layer) => {
        let units = convolution(name, variables.parameters, features, layer < halvings ? 2 : 1);
        convolutions.push(units);
        if (batchNorm) units = normalised(name, variables, units, mode, next);
        before.push(units);
        features = tf.relu(units);
        outputs.push(features);
      });
      const pooled = tf.mean(features, [1, 2]);
      const logits = linear("output", variables.parameters, pooled);
      return { logits, layers: outputs, statistics: next, before, linear: convolutions };
    },
  };
}
