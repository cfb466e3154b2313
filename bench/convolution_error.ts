/**
 * How much a convolution and its gradients round by ONNX Runtime's own convolutions and by Winograd's minimal filtering
 * (`lib/compile/passes/winograd.ts`), against the same in float64: the root mean square of the error and its largest, of the
 * root mean square of the values, as a table.
 *
 * ```sh
 * deno run -A bench/convolution_error.ts
 * ```
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { Random } from "../lib/nn/random.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import type { Program } from "../lib/runtimes/program.ts";
import { row } from "./markdown.ts";

/** Images of a layer, `[batch, size, size, channels]`, and a filter of 3x3. */
interface Layer {
  readonly size: number;
  readonly channels: number;
  readonly outputs: number;
  readonly stride: 1 | 2;
}

const batch = 4;
// The convolutions of a ResNet18 of width 64.
const layers: readonly Layer[] = [
  { size: 32, channels: 64, outputs: 64, stride: 1 },
  { size: 16, channels: 128, outputs: 128, stride: 1 },
  { size: 8, channels: 256, outputs: 256, stride: 1 },
  { size: 4, channels: 512, outputs: 512, stride: 1 },
  { size: 32, channels: 64, outputs: 128, stride: 2 },
  { size: 8, channels: 256, outputs: 512, stride: 2 },
];
const random = new Random(0, "benchmark");
const normals = (length: number, deviation: number) => Float32Array.from({ length }, () => deviation * random.normal());

/** Values of a layer in the order of a program's `steps`. */
type Results = Readonly<Record<"convolution" | "gradient of images" | "gradient of filter", Float64Array>>;

function programOf({ size, channels, outputs, stride }: Layer): Program {
  const [images, filter] = [[batch, size, size, channels], [3, 3, channels, outputs]];
  const gradient = [batch, size / stride, size / stride, outputs];
  const spec = (shape: readonly number[]) => ({ shape, dtype: "float32" } as const);
  return {
    name: "convolution",
    examples: { one: { shape: [], dtype: "float32" } },
    scalars: [],
    constants: { images: spec(images), filter: spec(filter), gradient: spec(gradient) },
    state: {},
    body: ({ examples, constants }) => {
      // Depends on the step, so that nothing is computed ahead of the loop.
      const given = tf.mul(constants.images!, tf.sum(examples.one!));
      const convolve = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, 1);
      const [ofImages, ofFilter] = tf.grads(convolve)([given, constants.filter!], constants.gradient! as tf.Tensor4D);
      const result = convolve(given, constants.filter!);
      return {
        state: {},
        steps: { convolution: result, "gradient of images": ofImages!, "gradient of filter": ofFilter! },
      };
    },
  };
}

/** The definition, in float64. */
function exact({ size, channels, outputs, stride }: Layer, values: Record<string, Float32Array>): Results {
  const { images, filter, gradient } = values as Record<"images" | "filter" | "gradient", Float32Array>;
  const places = size / stride;
  const results = {
    convolution: new Float64Array(gradient.length),
    "gradient of images": new Float64Array(images.length),
    "gradient of filter": new Float64Array(filter.length),
  };
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < places; row++) {
      for (let column = 0; column < places; column++) {
        const result = ((image * places + row) * places + column) * outputs;
        for (let u = 0; u < 3; u++) {
          for (let v = 0; v < 3; v++) {
            const [y, x] = [row * stride + u - 1, column * stride + v - 1];
            if (y < 0 || x < 0 || y >= size || x >= size) continue;
            const pixel = ((image * size + y) * size + x) * channels;
            for (let channel = 0; channel < channels; channel++) {
              const value = images[pixel + channel]!;
              const weights = ((u * 3 + v) * channels + channel) * outputs;
              let ofPixel = 0;
              for (let output = 0; output < outputs; output++) {
                const [weight, slope] = [filter[weights + output]!, gradient[result + output]!];
                results.convolution[result + output]! += value * weight;
                results["gradient of filter"][weights + output]! += value * slope;
                ofPixel += weight * slope;
              }
              results["gradient of images"][pixel + channel]! += ofPixel;
            }
          }
        }
      }
    }
  }
  return results;
}

function errors(found: ArrayLike<number>, expected: Float64Array): { mean: number; largest: number } {
  let [squares, total, largest] = [0, 0, 0];
  expected.forEach((value, index) => {
    const difference = Math.abs(found[index]! - value);
    squares += difference ** 2;
    total += value ** 2;
    largest = Math.max(largest, difference);
  });
  return { mean: Math.sqrt(squares / total), largest: largest / Math.sqrt(total / expected.length) };
}

const header = ["channels", "image", "stride", "", "direct", "largest", "filtering", "largest", "ratio"];
console.log([row(header), row(header.map((_, column) => column === 3 ? "---" : "--:"))].join("\n"));
for (const layer of layers) {
  const program = programOf(layer);
  const sizes = Object.entries(program.constants).map(([name, { shape }]): [string, number] => {
    return [name, shape.reduce((size, extent) => size * extent, 1)];
  });
  // As after a rectifier; weights by He's rule.
  const values = Object.fromEntries(sizes.map(([name, length]) => {
    const numbers = normals(length, name === "filter" ? Math.sqrt(2 / (9 * layer.channels)) : 1);
    return [name, name === "images" ? numbers.map((value) => Math.max(0, value)) : numbers];
  }));
  const inputs = { examples: { one: Float32Array.of(1) }, order: Int32Array.of(0), constants: values };
  const expected = exact(layer, values);
  const found = await Promise.all([false, true].map(async (winograd) => {
    const executable = await onnxRuntime.compile(program, { batch: 1, winograd });
    const { steps } = await executable.run(inputs);
    await executable.dispose();
    return steps;
  }));
  for (const [name, values] of Object.entries(expected)) {
    const [direct, filtering] = found.map((steps) => errors(steps[name]!.data, values)) as [
      ReturnType<typeof errors>,
      ReturnType<typeof errors>,
    ];
    const numbers = [direct.mean, direct.largest, filtering.mean, filtering.largest].map((error) =>
      error.toExponential(1)
    );
    const { channels, outputs, size, stride } = layer;
    const [width, ratio] = [`${channels} to ${outputs}`, (filtering.mean / direct.mean).toFixed(1)];
    console.log(row([width, `${size}`, `${stride}`, name, ...numbers, ratio]));
  }
}
