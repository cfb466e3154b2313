/**
 * What a training step of a perceptron takes at least: its matrix products alone, and its traffic with memory alone.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import type { Program } from "../lib/runtimes/program.ts";
import { machineSpeed } from "./machine_speed.ts";

/** The extents of a step. */
export interface StepExtents {
  /** Hidden layers. */
  readonly depth: number;
  readonly width: number;
  /** Bytes of an image, each an input. */
  readonly pixels: number;
  readonly classes: number;
  /** Images a step. */
  readonly batch: number;
}

/** Milliseconds that a step takes at least, each measured anew by every call. */
export interface StepBounds extends AsyncDisposable {
  /** All its products at the speed at which ONNX Runtime multiplies matrices of 512 x 512. */
  squareProducts(): Promise<number>;
  /** Its products as they are, of its own shapes, and nothing else. */
  ownProducts(): Promise<number>;
  /** Reading its images, and reading and writing parameters and velocities, at the speed of a copy too large for caches. */
  memory(): number;
}

/** Compiles what is measured, for one thread. */
export async function stepBounds(extents: StepExtents): Promise<StepBounds> {
  const { depth, width, pixels, classes, batch } = extents;
  const speed = await machineSpeed();
  const own = await onnxRuntime.compile(ownProgram(extents), { batch: 1 });
  // Forward, and the gradients of the weights and of the features, which the images do not need.
  const multiplications = batch * (2 * pixels * width + 3 * (depth - 1) * width ** 2 + 3 * width * classes);
  const parameters = pixels * width + (depth - 1) * width ** 2 + width * classes;
  const bytes = batch * pixels + 2 * 2 * 4 * parameters;
  const state = Object.fromEntries(
    layers(extents).map(([inputs, outputs], layer) => [`weights${layer}`, new Float32Array(inputs * outputs)]),
  );
  // Written to: the pages of a new array are all the same one in memory, whose reading takes a core's cache longer.
  const images = new Float32Array(batch * pixels).fill(1);
  return {
    squareProducts: () => speed.products(multiplications),
    async ownProducts() {
      const start = performance.now();
      await own.run({
        examples: {},
        order: new Int32Array(steps),
        constants: { images },
        state,
      });
      return (performance.now() - start) / steps;
    },
    memory: () => speed.traffic(bytes),
    async [Symbol.asyncDispose]() {
      await speed[Symbol.asyncDispose]();
      await own.dispose();
    },
  };
}

const steps = 50;

/** `[inputs, outputs]` of each layer, the classifier the last. */
function layers({ depth, width, pixels, classes }: StepExtents): (readonly [number, number])[] {
  return Array.from({ length: depth + 1 }, (_, layer) => {
    return [layer === 0 ? pixels : width, layer === depth ? classes : width] as const;
  });
}

/** A step of a linear network whose gradient at the logits is the logits, and whose weights become their gradients. */
function ownProgram(extents: StepExtents): Program {
  const shapes = layers(extents);
  return {
    name: "products of a step",
    examples: {},
    scalars: [],
    constants: { images: { shape: [extents.batch, extents.pixels], dtype: "float32" } },
    state: Object.fromEntries(shapes.map((shape, layer) => [`weights${layer}`, { shape, dtype: "float32" }])),
    body: ({ constants, state }) => {
      const weights = shapes.map((_, layer) => state[`weights${layer}`] as tf.Tensor2D);
      const features = [constants.images as tf.Tensor2D];
      for (const weight of weights) features.push(tf.matMul(features.at(-1)!, weight));
      let gradient = features.at(-1)!;
      const next: [string, tf.Tensor][] = [];
      for (let layer = weights.length - 1; layer >= 0; layer--) {
        next.push([`weights${layer}`, tf.matMul(features[layer]!, gradient, true)]);
        if (layer > 0) gradient = tf.matMul(gradient, weights[layer]!, false, true);
      }
      return { state: Object.fromEntries(next) };
    },
  };
}
