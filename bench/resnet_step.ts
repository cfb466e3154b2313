/**
 * A training step of ResNet18 on images of 32 x 32 by the `onnx` runtime and by PyTorch, eager and compiled, in turn, one
 * thread each: medians, memory and the time until the first step can begin, as a table.
 *
 * ```sh
 * deno run -A bench/resnet_step.ts [rounds] [width] [batch]
 * ```
 *
 * All begin each round with the same parameters and see the same batches; their losses have to agree.
 *
 * @module
 */
import process from "node:process";
import { topologicalOrder } from "../lib/compile/graph/graph.ts";
import { bytesOf, isView } from "../lib/compile/graph/liveness.ts";
import { workOf } from "../lib/compile/graph/work.ts";
import { type StoredTensor, writeSafetensors } from "../lib/formats/safetensors.ts";
import { buildModel, modelParameter } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { optimizerParameter } from "../lib/nn/sgd.ts";
import { trainingProgram } from "../lib/nn/training_program.ts";
import { initialVariables, release, type Variables } from "../lib/nn/variables.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import { compileLoop } from "../lib/runtimes/onnx/compiled_loop.ts";
import { machineSpeed } from "./machine_speed.ts";
import { median } from "./median.ts";
import { type PythonChild, startChild } from "./python_child.ts";
import { peersPython } from "./peers.ts";
import { row } from "./markdown.ts";

const [rounds = 3, width = 64, batch = 128] = Deno.args.map(Number);
const [steps, classes] = [2, 10];
const image: [number, number, number] = [32, 32, 3];
const pixels = 3072;
const [mean, deviation] = [0.5, 0.25];
const normalisation = { mean: [mean, mean, mean], deviation: [deviation, deviation, deviation] };
const optimizer = optimizerParameter.parse({ lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });

/** What a run of the steps gives. */
interface Run {
  /** Wall time of all steps. */
  readonly milliseconds: number;
  /** Processor time of all steps: what other processes take of the wall's does not count. */
  readonly processor: number;
  /** Bytes of the process at its largest. */
  readonly peak: number;
  readonly losses: readonly number[];
}

/** One who trains. */
interface Runner {
  readonly name: string;
  /** Milliseconds until the first step could begin; what is prepared during the first step counts, where it can be told. */
  readonly setUp: number;
  readonly run: () => Promise<Run>;
  readonly runs: Run[];
}

const random = new Random(0, "benchmark");
const images = Uint8Array.from({ length: batch * steps * pixels }, () => random.integer(256));
const labels = Int32Array.from({ length: batch * steps }, () => random.integer(classes));
const order = random.permutation(batch * steps);
const model = buildModel(modelParameter.parse({ kind: "resnet18", width }), image, classes);
const variables = initialVariables(model, 0);

async function ours(): Promise<Runner> {
  const start = performance.now();
  const executable = await onnxRuntime.compile(trainingProgram(model, normalisation, optimizer), { batch });
  const setUp = performance.now() - start;
  const velocities = Object.keys(model.parameters).map((name) => {
    return [`velocities/${name}`, new Float32Array(variables[`parameters/${name}`]!.length)];
  });
  const inputs = {
    examples: { images, labels },
    order,
    scalars: { learningRate: new Float32Array(steps).fill(optimizer.lr) },
    state: { ...variables, ...Object.fromEntries(velocities) },
  };
  const run = async () => {
    const [start, processor] = [performance.now(), process.cpuUsage()];
    const outputs = await executable.run(inputs);
    const { user, system } = process.cpuUsage(processor);
    // As a training frees a state that it has gone on from.
    release(outputs.state as Variables, {});
    return {
      milliseconds: performance.now() - start,
      processor: (user + system) / 1000,
      // Of all platforms, in kilobytes.
      peak: process.resourceUsage().maxRSS * 1024,
      losses: [...outputs.steps.loss!.data],
    };
  };
  return { name: "onnx", setUp, run, runs: [] };
}

async function theirs(peer: PythonChild, how: "eager" | "compile", tensors: string): Promise<Runner> {
  const { lr, momentum, weightDecay } = optimizer;
  const task = { tensors, batch, width, mean, deviation, optimizer: { lr, momentum, weight_decay: weightDecay } };
  const start = performance.now();
  const { version } = await peer.ask(task) as { version: string };
  const name = `PyTorch ${version}, ${how === "eager" ? "eager" : "torch.compile"}`;
  return { name, setUp: performance.now() - start, run: () => peer.ask({}) as Promise<Run>, runs: [] };
}

/** Writes the images, the labels, their order and the initial parameters for the peers. */
async function writeTask(path: string): Promise<void> {
  const parameters = Object.entries(model.parameters).map(([name, { shape }]): [string, StoredTensor] => {
    return [`parameters/${name}`, { dtype: "F32", shape, data: variables[`parameters/${name}`]! }];
  });
  const tensors: Record<string, StoredTensor> = {
    images: { dtype: "U8", shape: [batch * steps, ...image], data: images },
    labels: { dtype: "I32", shape: [batch * steps], data: labels },
    order: { dtype: "I32", shape: [batch * steps], data: order },
    ...Object.fromEntries(parameters),
  };
  await writeSafetensors(path, { tensors, metadata: {} });
}

/** The losses have to be equal but for rounding, which the second step enlarges. */
function checkEqualWork(expected: readonly number[], { name }: Runner, found: readonly number[]): void {
  expected.forEach((loss, step) => {
    if (Math.abs(loss - found[step]!) / loss < [1e-4, 1e-2][step]!) return;
    throw new Error(`The loss of step ${step + 1} is ${loss} here and ${found[step]} in ${name}: not the same work`);
  });
}

/** Says what the step's products alone would take, and its traffic with memory alone, if nothing stayed in caches. */
async function tellBounds(): Promise<void> {
  const { graph } = await compileLoop(trainingProgram(model, normalisation, optimizer), { batch });
  const nodes = topologicalOrder(graph.outputs.map((output) => output.node)).filter((node) => !isView(node));
  const bytes = nodes.reduce((sum, node) => sum + [node, ...node.inputs].reduce((sum, of) => sum + bytesOf(of), 0), 0);
  await using speed = await machineSpeed();
  const [products, traffic] = [[], []] as [number[], number[]];
  for (let round = 0; round < 5; round++) {
    products.push(await speed.products(workOf(graph)));
    traffic.push(speed.traffic(bytes));
  }
  console.log(
    `\nOurs at least: ${(workOf(graph) / 1e9).toFixed(0)} billion multiplications, ${
      seconds(median(products))
    } s at the ` +
      `speed of products of 512 x 512; ${(bytes / 1e9).toFixed(1)} GB read and written by its operations, ` +
      `${seconds(median(traffic))} s at the speed of a copy`,
  );
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
const folder = await Deno.makeTempDir();
const peers: PythonChild[] = [];
try {
  const runners = [await ours()];
  try {
    const python = await peersPython();
    const tensors = `${folder}/task.safetensors`;
    await writeTask(tensors);
    for (const how of ["eager", "compile"] as const) {
      const peer = startChild(python, new URL("resnet_step.py", import.meta.url), [how]);
      peers.push(peer);
      runners.push(await theirs(peer, how, tensors));
    }
  } catch (error) {
    console.error(`PyTorch is left out: ${(error as Error).message}`);
  }
  const first: Run[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const runner of runners) {
      const run = await runner.run();
      if (round === 0) first.push(run);
      else runner.runs.push(run);
      checkEqualWork(first[0]!.losses, runner, run.losses);
    }
  }
  const rows = runners.map(({ name, setUp, runs }, index) => {
    const ratio = (part: "milliseconds" | "processor") =>
      median(runners[0]!.runs.map((run, round) => run[part] / runs[round]![part])).toFixed(2);
    const times = (part: "milliseconds" | "processor") => seconds(median(runs.map((run) => run[part] / steps)));
    // What the first run takes longer than others went into preparing.
    const beginning = setUp + Math.max(0, first[index]!.milliseconds - median(runs.map((run) => run.milliseconds)));
    const peak = (Math.max(...runs.map((run) => run.peak)) / 1e9).toFixed(2);
    const ratios = index === 0 ? ["", ""] : [ratio("milliseconds"), ratio("processor")];
    return row([name, times("milliseconds"), ratios[0]!, times("processor"), ratios[1]!, seconds(beginning), peak]);
  });
  console.log(
    `ResNet18 of width ${width}, batch ${batch}, 32 x 32 x 3; a step's seconds, medians of ${rounds} rounds of ${steps} ` +
      "steps; a ratio is of ours to theirs\n",
  );
  const header = ["", "wall", "ratio", "processor", "ratio", "to the first step", "peak memory, GB"];
  console.log([row(header), row(header.map((_, column) => column === 0 ? "---" : "--:")), ...rows].join("\n"));
  await tellBounds();
} finally {
  for (const peer of peers) peer[Symbol.dispose]();
  await Deno.remove(folder, { recursive: true });
}
