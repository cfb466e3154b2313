/**
 * A training step of perceptrons of the study's width by the `onnx` runtime and by PyTorch (eager, fused SGD), in turn, one
 * thread each, beside what the step's matrix products alone would take at the speed of a large one: medians, as a table.
 *
 * ```sh
 * deno run -A bench/training_step.ts [rounds]
 * ```
 *
 * Both begin each round with the same parameters and see the same batches; their losses have to agree. Ours normalises
 * bytes in each step. PyTorch does so too in one column; in the other it is given images that were normalised before.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { StoredTensor } from "../lib/formats/safetensors.ts";
import { writeSafetensors } from "../lib/formats/safetensors.ts";
import type { Model } from "../lib/nn/model.ts";
import { buildModel, modelParameter } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { optimizerParameter } from "../lib/nn/sgd.ts";
import { trainingProgram } from "../lib/nn/training_program.ts";
import { initialVariables } from "../lib/nn/variables.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import type { Program, RunInputs } from "../lib/runtimes/program.ts";
import { startPeer, type StepsRun, type TrainingPeer } from "./training_peer.ts";
import { median, medianRatio } from "./median.ts";
import { peersPython } from "./peers.ts";

const rounds = Number(Deno.args[0] ?? 15);
const [batch, steps, width, classes] = [128, 100, 100, 10];
const image: [number, number, number] = [32, 32, 3];
const pixels = 3072;
const [mean, deviation] = [0.5, 0.25];
const optimizer = optimizerParameter.parse({ lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });

/** Milliseconds, a round each. */
interface Times {
  readonly ours: number[];
  readonly peer: number[];
  readonly prepared: number[];
  readonly products: number[];
}

const random = new Random(0, "benchmark");
const images = Uint8Array.from({ length: batch * steps * pixels }, () => random.integer(256));
const labels = Int32Array.from({ length: batch * steps }, () => random.integer(classes));
const order = random.permutation(batch * steps);

/** Times the steps of a network, by us and by the peer in turn. */
async function measure(depth: number, batchNorm: boolean, peer: TrainingPeer | undefined): Promise<Times> {
  const model = buildModel(modelParameter.parse({ kind: "mlp", depth, width, batchNorm }), image, classes);
  const normalisation = { mean: [mean, mean, mean], deviation: [deviation, deviation, deviation] };
  const ours = await onnxRuntime.compile(trainingProgram(model, normalisation, optimizer), { batch });
  const products = await onnxRuntime.compile(productProgram, { batch: 1 });
  if (peer !== undefined) await prepare(peer, model);

  // Sixteen layers with batch norm make a thousandfold of a difference of rounding in a step.
  const [compared, tolerance] = batchNorm ? [2, 1e-3] : [steps, 1e-5];
  const inputs = trainingInputs(model);
  const times: Times = { ours: [], peer: [], prepared: [], products: [] };
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const result = await ours.run(inputs);
    const milliseconds = performance.now() - start;
    const peers: [number[], StepsRun][] = [];
    if (peer !== undefined) {
      peers.push([times.peer, await peer.run({ prepared: false })]);
      peers.push([times.prepared, await peer.run({ prepared: true })]);
      const losses = [...result.steps.loss!.data.subarray(0, compared)];
      for (const [, run] of peers) checkEqualWork(losses, run, tolerance);
    }
    const productTime = await productsTime(depth, () => products.run(productInputs));
    if (round === 0) continue;
    times.ours.push(milliseconds / steps);
    times.products.push(productTime);
    for (const [list, run] of peers) list.push(run.milliseconds / steps);
  }
  await ours.dispose();
  await products.dispose();
  return times;
}

function trainingInputs(model: Model): RunInputs {
  const velocities = Object.entries(model.parameters).map(([name, { shape }]) => {
    return [`velocities/${name}`, new Float32Array(shape.reduce((size, extent) => size * extent, 1))];
  });
  return {
    examples: { images, labels },
    order,
    scalars: { learningRate: new Float32Array(steps).fill(optimizer.lr) },
    state: { ...initialVariables(model, 0), ...Object.fromEntries(velocities) },
  };
}

/** Gives the peer the images, the labels, their order and the initial parameters. */
async function prepare(peer: TrainingPeer, model: Model): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const variables = initialVariables(model, 0);
  const parameters = Object.entries(model.parameters).map(([name, { shape }]): [string, StoredTensor] => {
    return [`parameters/${name}`, { dtype: "F32", shape, data: variables[`parameters/${name}`]! }];
  });
  const tensors: Record<string, StoredTensor> = {
    images: { dtype: "U8", shape: [batch * steps, ...image], data: images },
    labels: { dtype: "I32", shape: [batch * steps], data: labels },
    order: { dtype: "I32", shape: [batch * steps], data: order },
    ...Object.fromEntries(parameters),
  };
  try {
    await writeSafetensors(path, { tensors, metadata: {} });
    const { lr, momentum, weightDecay } = optimizer;
    const task = { tensors: path, batch, mean, deviation, optimizer: { lr, momentum, weight_decay: weightDecay } };
    peerVersion = (await peer.prepare(task)).version;
  } finally {
    await Deno.remove(path);
  }
}

/** The losses have to be equal but for rounding. */
function checkEqualWork(losses: readonly number[], peer: StepsRun, tolerance: number): void {
  losses.forEach((loss, step) => {
    const difference = Math.abs(loss - peer.losses[step]!) / loss;
    if (!(difference < tolerance)) {
      throw new Error(
        `The loss of step ${step + 1} is ${loss} here and ${peer.losses[step]} in PyTorch: not the same work`,
      );
    }
  });
}
let peerVersion = "";

const size = 512;
const matrix = { shape: [size, size], dtype: "float32" } as const;
/** The product of two square matrices, each step's the factor of the next. */
const productProgram: Program = {
  name: "products",
  examples: {},
  scalars: [],
  constants: { right: matrix },
  state: { left: matrix },
  body: ({ constants, state }) => {
    return { state: { left: tf.matMul(state.left as tf.Tensor2D, constants.right as tf.Tensor2D) } };
  },
};
const square = () => new Float32Array(size * size).fill(1 / size);
const productInputs = {
  examples: {},
  order: new Int32Array(50),
  constants: { right: square() },
  state: { left: square() },
};

/** Milliseconds that the products of a step would take at the speed of those of a call. */
async function productsTime(depth: number, multiply: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await multiply();
  const operationTime = (performance.now() - start) / (productInputs.order.length * 2 * size ** 3);
  // Forward, and the gradients of the weights and of the features, which the images do not need.
  return operationTime * 2 * batch * (2 * pixels * width + 3 * (depth - 1) * width * width + 3 * width * classes);
}

const python = await peersPython().catch((error: Error) => {
  console.error(`PyTorch is left out: ${error.message}`);
  return undefined;
});
using peer = python === undefined ? undefined : startPeer(python);
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const rows: string[] = [];
for (const batchNorm of [false, true]) {
  for (const depth of [2, 4, 8, 16]) {
    const times = await measure(depth, batchNorm, peer);
    const cells = [`${depth}`, batchNorm ? "yes" : "no", median(times.ours).toFixed(2)];
    if (peer !== undefined) {
      for (const others of [times.peer, times.prepared]) {
        cells.push(median(others).toFixed(2), medianRatio(times.ours, others).toFixed(2));
      }
    }
    rows.push(row([...cells, median(times.products).toFixed(2)]));
  }
}
const peerHeader = [`PyTorch ${peerVersion}`, "ratio", "PyTorch, images prepared", "ratio"];
const header = ["depth", "batch norm", "onnx", ...(peer === undefined ? [] : peerHeader), "products alone"];
console.log(
  `Milliseconds a step, medians of ${rounds} rounds of ${steps} steps; batch ${batch}, ${pixels} inputs, width ${width}\n`,
);
console.log([row(header), row(header.map(() => "--:")), ...rows].join("\n"));
