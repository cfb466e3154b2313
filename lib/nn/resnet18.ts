import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Tensors } from "../runtimes/program.ts";
import { initialisationParameter, linearMapSpecs } from "./initialisation.ts";
import { convolution, linear } from "./linear_map.ts";
import type { Model, VariableSpec } from "./model.ts";
import { normalised, normSpecs } from "./normalised.ts";

/** Parameters of a ResNet18, as a pipeline file writes them. */
export const resnet18Parameter: z.ZodObject<{
  kind: z.ZodLiteral<"resnet18">;
  width: z.ZodDefault<z.ZodInt>;
  initialisation: typeof initialisationParameter;
}, z.core.$strict> = z.strictObject({
  kind: z.literal("resnet18"),
  width: z.int().min(1).default(64).meta({
    description: "Channels of the first group of blocks, doubled in each of the three others",
  }),
  initialisation: initialisationParameter,
});

/** A convolution and the batch norm after it. */
interface Convolution {
  readonly name: string;
  readonly size: 1 | 3;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: 1 | 2;
  /** Height times width of what it gives. */
  readonly places: number;
}

/** Two convolutions and what stands beside them: a projection where the shape changes, else nothing. */
interface Block {
  readonly first: Convolution;
  readonly second: Convolution;
  readonly projection: Convolution | undefined;
}

/** Strides of the groups of blocks. */
const strides = [1, 2, 2, 2] as const;
/** Height and width of the images are padded to a multiple of this: three groups halve them. */
const reduction = 8;

/**
 * A ResNet18 (He et al., arXiv 1512.03385) for small images, in the form that pytorch-cifar has made usual: a 3x3
 * convolution, four groups of two basic blocks, the mean over the image and a linear map to the classes. Each convolution is
 * without bias and followed by batch norm. The measured layers are the outputs of the four groups, after ReLU.
 *
 * Images whose height or width is no multiple of 8 are padded with zeros (the mean pixel) evenly on all sides: 28x28 to
 * 32x32, as is usual for MNIST.
 */
export function resnet18(
  parameters: z.output<typeof resnet18Parameter>,
  input: Model["input"],
  classes: number,
): Model {
  const { width, initialisation } = parameters;
  const [height, breadth] = [padded(input[0]), padded(input[1])];
  const stem = {
    name: "stem",
    size: 3,
    inputs: input[2],
    outputs: width,
    stride: 1,
    places: height * breadth,
  } as const;
  const groups = strides.map((
    _,
    group,
  ) => [blockOf(width, group, 0, stem.places), blockOf(width, group, 1, stem.places)]);
  const convolutions = [stem, ...groups.flat().flatMap(convolutionsOf)];
  const features = width * 2 ** (strides.length - 1);
  const specs: Record<string, VariableSpec> = {};
  const statistics: Record<string, VariableSpec> = {};
  for (const { name, size, inputs, outputs } of convolutions) {
    const norm = normSpecs(name, outputs);
    const weight = linearMapSpecs(name, [size, size, inputs, outputs], { initialisation, bias: false });
    Object.assign(specs, weight, norm.parameters);
    Object.assign(statistics, norm.statistics);
  }
  Object.assign(specs, linearMapSpecs("output", [features, classes], { initialisation, bias: true }));

  return {
    input,
    classes,
    parameters: specs,
    statistics,
    layers: groups.map(([block], group) => {
      return { name: `${group + 1}`, size: valuesOf(block!.first), channels: block!.first.outputs };
    }),
    units: convolutions.reduce((sum, convolution) => sum + valuesOf(convolution), 0),
    apply(variables, images, mode) {
      const next: Tensors = {};
      const convolved = ({ name, stride }: Convolution, features: tf.Tensor) =>
        convolution(name, variables.parameters, features, stride);
      const normed = ({ name }: Convolution, units: tf.Tensor) => normalised(name, variables, units, mode, next);
      const convolutions: tf.Tensor[] = [];
      const before: tf.Tensor[] = [];
      const layers: tf.Tensor[] = [];
      let features = tf.relu(normed(stem, convolved(stem, centred(images, height, breadth))));
      for (const group of groups) {
        for (const [index, { first, second, projection }] of group.entries()) {
          const beside = projection === undefined ? features : normed(projection, convolved(projection, features));
          const inner = tf.relu(normed(first, convolved(first, features)));
          const units = convolved(second, inner);
          const sum = tf.add(normed(second, units), beside);
          features = tf.relu(sum);
          if (index < group.length - 1) continue;
          convolutions.push(units);
          before.push(sum);
          layers.push(features);
        }
      }
      const pooled = tf.mean(features, [1, 2]);
      const logits = linear("output", variables.parameters, pooled);
      return { logits, layers, statistics: next, before, linear: convolutions };
    },
  };
}

/** A block of a group, both counted from 0, for images of so many places. */
function blockOf(width: number, group: number, block: number, imagePlaces: number): Block {
  const [name, outputs, places] = [`${group + 1}.${block + 1}`, width * 2 ** group, imagePlaces / 4 ** group];
  const inputs = block === 0 && group > 0 ? outputs / 2 : outputs;
  const stride = block === 0 ? strides[group]! : 1;
  const projection = { name: `${name}.projection`, size: 1, inputs, outputs, stride, places } as const;
  return {
    first: { name: `${name}.first`, size: 3, inputs, outputs, stride, places },
    second: { name: `${name}.second`, size: 3, inputs: outputs, outputs, stride: 1, places },
    projection: inputs === outputs ? undefined : projection,
  };
}

function convolutionsOf({ first, second, projection }: Block): Convolution[] {
  return projection === undefined ? [first, second] : [first, second, projection];
}

function valuesOf({ outputs, places }: Convolution): number {
  return outputs * places;
}

function padded(extent: number): number {
  return Math.ceil(extent / reduction) * reduction;
}

/** Images amid zeros. */
function centred(images: tf.Tensor, height: number, width: number): tf.Tensor {
  const around = (extent: number, room: number): [number, number] => {
    return [Math.floor((room - extent) / 2), Math.ceil((room - extent) / 2)];
  };
  const [rows, columns] = [around(images.shape[1]!, height), around(images.shape[2]!, width)];
  if ([...rows, ...columns].every((count) => count === 0)) return images;
  return tf.pad(images, [[0, 0], rows, columns, [0, 0]]);
}
