/**
 * A training step of perceptrons of the study's width by the `onnx` runtime and by PyTorch, eager and compiled, in turn, one
 * thread each, beside what bounds the step from below: medians, as two tables.
 *
 * ```sh
 * deno run -A bench/training_step.ts [rounds]
 * ```
 *
 * All begin each round with the same parameters and see the same batches; their losses have to agree. Ours normalises
 * bytes in each step. PyTorch does so too but in one column, where it is given images that were normalised before.
 *
 * @module
 */
import type { StoredTensor } from "../lib/formats/safetensors.ts";
import { writeSafetensors } from "../lib/formats/safetensors.ts";
import type { Model } from "../lib/nn/model.ts";
import { buildModel, modelParameter } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { optimizerParameter } from "../lib/nn/sgd.ts";
import { trainingProgram } from "../lib/nn/training_program.ts";
import { initialVariables } from "../lib/nn/variables.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import type { RunInputs } from "../lib/runtimes/program.ts";
import { median, medianRatio } from "./median.ts";
import { peersPython } from "./peers.ts";
import { stepBounds } from "./training_bounds.ts";
import { startPeer, type StepsRun, type TrainingPeer, type Way } from "./training_peer.ts";
import { row } from "./markdown.ts";

const rounds = Number(Deno.args[0] ?? 15);
const [batch, steps, width, classes] = [128, 100, 100, 10];
const image: [number, number, number] = [32, 32, 3];
const pixels = 3072;
const [mean, deviation] = [0.5, 0.25];
const optimizer = optimizerParameter.parse({ lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });

/** How PyTorch trains, and how the table calls that. */
const ways: readonly (readonly [Way, string])[] = [
  ["eager", "eager"],
  ["prepared", "eager, images prepared"],
  ["compiled", "`torch.compile`"],
  ["compiled update", "`torch.compile`, update too"],
];

/** Milliseconds a step, a round each. */
interface Times {
  readonly ours: number[];
  /** As {@linkcode ways} lists them; none where there is no peer. */
  readonly peers: readonly number[][];
  readonly squareProducts: number[];
  readonly ownProducts: number[];
  readonly memory: number[];
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
  await using bounds = await stepBounds({ depth, width, pixels, classes, batch });
  if (peer !== undefined) await prepare(peer, model);

  // Sixteen layers with batch norm make a thousandfold of a difference of rounding in a step.
  const [compared, tolerance] = batchNorm ? [2, 1e-3] : [steps, 1e-5];
  const inputs = trainingInputs(model);
  const times: Times = {
    ours: [],
    peers: peer === undefined ? [] : ways.map(() => []),
    squareProducts: [],
    ownProducts: [],
    memory: [],
  };
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const result = await ours.run(inputs);
    const milliseconds = performance.now() - start;
    const losses = [...result.steps.loss!.data.subarray(0, compared)];
    const runs: StepsRun[] = [];
    if (peer !== undefined) {
      for (const [way] of ways) {
        runs.push(await peer.run({ way }));
        checkEqualWork(losses, runs.at(-1)!, { way, tolerance });
      }
    }
    const measured = {
      squareProducts: await bounds.squareProducts(),
      ownProducts: await bounds.ownProducts(),
      memory: bounds.memory(),
    };
    if (round === 0) continue;
    times.ours.push(milliseconds / steps);
    for (const bound of ["squareProducts", "ownProducts", "memory"] as const) times[bound].push(measured[bound]);
    runs.forEach((run, index) => times.peers[index]!.push(run.milliseconds / steps));
  }
  await ours.dispose();
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
function checkEqualWork(
  losses: readonly number[],
  peer: StepsRun,
  { way, tolerance }: { readonly way: Way; readonly tolerance: number },
): void {
  losses.forEach((loss, step) => {
    const theirs = peer.losses[step]!;
    if (Math.abs(loss - theirs) / loss < tolerance) return;
    throw new Error(`The loss of step ${step + 1} is ${loss} here and ${theirs} in PyTorch, ${way}: not the same work`);
  });
}
let peerVersion = "";

const python = await peersPython().catch((error: Error) => {
  console.error(`PyTorch is left out: ${error.message}`);
  return undefined;
});
using peer = python === undefined ? undefined : startPeer(python);
const table = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  [header, header.map(() => "--:"), ...rows].map(row).join("\n");
const [steppers, bounds]: [string[][], string[][]] = [[], []];
for (const batchNorm of [false, true]) {
  for (const depth of [2, 4, 8, 16]) {
    const times = await measure(depth, batchNorm, peer);
    const network = [`${depth}`, batchNorm ? "yes" : "no", median(times.ours).toFixed(2)];
    steppers.push([
      ...network,
      ...times.peers.flatMap((others) => [median(others).toFixed(2), medianRatio(times.ours, others).toFixed(2)]),
    ]);
    bounds.push([
      ...network,
      ...[times.squareProducts, times.ownProducts, times.memory].map((bound) => median(bound).toFixed(2)),
      medianRatio(times.ours, times.ownProducts).toFixed(2),
    ]);
    console.error(row(steppers.at(-1)!));
  }
}
const network = ["depth", "batch norm", "onnx"];
const others = peer === undefined ? [] : ways.flatMap(([, name]) => [name, "ratio"]);
console.log(
  `Milliseconds a step, medians of ${rounds} rounds of ${steps} steps; batch ${batch}, ${pixels} inputs, width ${width}` +
    `${peer === undefined ? "" : `; PyTorch ${peerVersion}`}\n`,
);
console.log(table([...network, ...others], steppers));
console.log("\nBeside what bounds a step from below; the multiple is that of its own products\n");
console.log(table([...network, "products at 512 x 512", "own products", "memory", "multiple"], bounds));
