/**
 * Milliseconds of a training step of the study's perceptrons in the `onnx` runtime, one thread, batches of 128: the fastest of
 * several epochs of 25 steps (others may be using the machine), beside what the step's matrix products alone would take at
 * the speed of a large one.
 *
 * ```sh
 * deno run -A bench/training_step.ts [rounds]
 * ```
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { buildModel, modelParameter } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { optimizerParameter } from "../lib/nn/sgd.ts";
import { trainingProgram } from "../lib/nn/training_program.ts";
import { initialVariables } from "../lib/nn/variables.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import type { Program, RunInputs } from "../lib/runtimes/program.ts";

const rounds = Number(Deno.args[0] ?? 9);
const [batch, steps, width, classes] = [128, 25, 100, 10];

/** Milliseconds of a step in the fastest call, after one to warm up. */
async function stepTime(program: Program, batch: number, inputs: RunInputs): Promise<number> {
  const executable = await onnxRuntime.compile(program, { batch });
  await executable.run(inputs);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await executable.run(inputs);
    times.push(performance.now() - start);
  }
  await executable.dispose();
  return Math.min(...times) / (inputs.order.length / batch);
}

/** Floating-point operations a millisecond of the product of two square matrices, each step's the factor of the next. */
async function productSpeed(): Promise<number> {
  const size = 512;
  const matrix = { shape: [size, size], dtype: "float32" } as const;
  const program: Program = {
    name: "products",
    examples: {},
    scalars: [],
    constants: { right: matrix },
    state: { left: matrix },
    body: ({ constants, state }) => {
      return { state: { left: tf.matMul(state.left as tf.Tensor2D, constants.right as tf.Tensor2D) } };
    },
  };
  const values = () => new Float32Array(size * size).fill(1 / size);
  const inputs = { examples: {}, order: new Int32Array(25), constants: { right: values() }, state: { left: values() } };
  return 2 * size ** 3 / await stepTime(program, 1, inputs);
}

/** The time of a step of a network, and of its products, in milliseconds. */
async function measure(image: [number, number, number], depth: number, batchNorm: boolean): Promise<[number, number]> {
  const model = buildModel(modelParameter.parse({ kind: "mlp", depth, width, batchNorm }), image, classes);
  const pixels = image[0] * image[1] * image[2];
  const normalisation = { mean: Array(image[2]).fill(0.5), deviation: Array(image[2]).fill(0.25) };
  const program = trainingProgram(model, normalisation, optimizerParameter.parse({ lr: 0.1 }));
  const zeros = Object.keys(program.state).filter((name) => name.startsWith("velocities/")).map((name) => {
    return [name, new Float32Array(program.state[name]!.shape.reduce((size, extent) => size * extent, 1))];
  });
  const [random, count] = [new Random(0, "benchmark"), batch * steps];
  const time = await stepTime(program, batch, {
    examples: {
      images: Uint8Array.from({ length: count * pixels }, () => random.integer(256)),
      labels: Int32Array.from({ length: count }, () => random.integer(classes)),
    },
    order: random.permutation(count),
    scalars: { learningRate: new Float32Array(steps).fill(0.01) },
    state: { ...initialVariables(model, 0), ...Object.fromEntries(zeros) },
  });
  // Forward, and the gradients of the weights and of the features, which the images do not need.
  const operations = 2 * batch * (2 * pixels * width + 3 * (depth - 1) * width * width + 3 * width * classes);
  return [time, operations / await productSpeed()];
}

const row = (...cells: string[]) => console.log(cells.map((cell) => cell.padStart(10)).join(""));
row("inputs", "depth", "batchNorm", "ms a step", "products");
for (const [image, batchNorm] of [[[28, 28, 1], true], [[28, 28, 1], false], [[32, 32, 3], true]] as const) {
  for (const depth of [2, 4, 8, 16]) {
    const [time, products] = await measure([...image], depth, batchNorm);
    row(image.join(" x "), `${depth}`, `${batchNorm}`, time.toFixed(2), products.toFixed(2));
  }
}
