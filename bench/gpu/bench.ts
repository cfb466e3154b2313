/**
 * Training steps by the runtime `xla` and by PyTorch on a GPU, in turn: perceptrons of 2 to 16 layers and a ResNet18, in
 * float32, TF32 and bfloat16, beside PyTorch eager, by `torch.compile` with CUDA graphs, and with the whole step in one.
 *
 * ```sh
 * deno run -A bench/gpu/bench.ts [--rounds 5] [--python python3] [--only resnet18]
 * ```
 *
 * XLA's plugin is the installed one (`deno task setup:xla`) or else that of the JAX that the Python has; PyTorch is the
 * Python's. Without a GPU it runs through all of it on a CPU, small, to show that it would.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import type { Model } from "../../lib/nn/model.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { trainingProgram } from "../../lib/nn/training_program.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import type { RunInputs, RunOutputs } from "../../lib/runtimes/program.ts";
import { xlaRuntime } from "../../lib/runtimes/xla.ts";
import { acquireClient } from "../../lib/runtimes/xla/shared_client.ts";
import { startChild } from "../python_child.ts";
import { examplesOf, writeTask } from "./task.ts";
import { usePlugin } from "./plugin.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    python: { type: "string", default: "python3" },
    only: { type: "string" },
  },
});
const rounds = Number(flags.rounds);
await usePlugin(flags.python);
const { platform } = acquireClient();
const isTrial = platform === "cpu";
if (isTrial) console.error("XLA's plugin is that for a CPU: a trial of the benchmark, small, whose times say nothing");

const [batch, classes] = [isTrial ? 16 : 128, 10];
const image: [number, number, number] = [32, 32, 3];
const [mean, deviation] = [0.5, 0.25];
const optimizer = optimizerParameter.parse({ lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });
const precisions = ["float32", "tf32", "bfloat16"] as const;
const modes = isTrial ? ["eager"] as const : ["eager", "compile", "graph"] as const;

/** A network, and for how many steps it is timed. */
interface Subject {
  readonly name: string;
  readonly kind: "mlp" | "resnet18";
  readonly model: Model;
  readonly steps: number;
}

const all: readonly Subject[] = [
  ...[2, 4, 8, 16].map((depth): Subject => {
    const parameters = modelParameter.parse({ kind: "mlp", depth, width: 100, batchNorm: true });
    const model = buildModel(parameters, image, classes);
    return { name: `MLP of ${depth} layers`, kind: "mlp", model, steps: isTrial ? 4 : 2000 };
  }),
  {
    name: "ResNet18",
    kind: "resnet18",
    model: buildModel(modelParameter.parse({ kind: "resnet18", width: isTrial ? 4 : 64 }), image, classes),
    steps: isTrial ? 4 : 100,
  },
];
const subjects = all.filter(({ kind }) => flags.only === undefined || kind === flags.only);

/** How a training by PyTorch went. */
interface PeerRun {
  readonly milliseconds: number;
  readonly losses: readonly number[];
}

/** Times of a step in milliseconds, a round each. */
type Times = Record<"xla" | typeof modes[number], number[]>;

let peerVersion = "";

/** Times the steps of a network by us and by the peer in turn; the first round warms up. */
async function measure({ kind, model, steps, name }: Subject, precision: typeof precisions[number]): Promise<Times> {
  const normalisation = { mean: [mean, mean, mean], deviation: [deviation, deviation, deviation] };
  const ours = await xlaRuntime.compile(trainingProgram(model, normalisation, optimizer), { batch, precision });
  const inputs = inputsOf(model, steps);
  const { lr, momentum, weightDecay } = optimizer;
  await using task = await writeTask(model, inputs, initialVariables(model, 0));
  const settings = { mean, deviation, precision, optimizer: { lr, momentum, weight_decay: weightDecay } };
  const { version, device } = await peer.ask<{ version: string; device: string }>({
    tensors: task.path,
    kind,
    batch,
    ...settings,
  });
  peerVersion = `PyTorch ${version} on ${device}`;
  const times = Object.fromEntries(["xla", ...modes].map((key) => [key, [] as number[]])) as Times;
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const outputs = await ours.run(inputs);
    const milliseconds = performance.now() - start;
    if (round > 0) times.xla.push(milliseconds / steps);
    for (const mode of modes) {
      const run = await peer.ask<PeerRun>({ mode });
      if (round > 0) times[mode].push(run.milliseconds / steps);
      if (mode === "eager") {
        checkEqualWork(`${name} in ${precision}`, outputs, run, precision === "float32" ? 1e-3 : 0.05);
      }
    }
  }
  await ours.dispose();
  return times;
}

function inputsOf(model: Model, steps: number): RunInputs {
  const velocities = Object.entries(model.parameters).map(([name, { shape }]) => {
    return [`velocities/${name}`, new Float32Array(shape.reduce((size, extent) => size * extent, 1))];
  });
  return {
    ...examplesOf(image, classes, batch, steps),
    scalars: { learningRate: new Float32Array(steps).fill(optimizer.lr) },
    state: { ...initialVariables(model, 0), ...Object.fromEntries(velocities) },
  };
}

/** The first two losses have to be equal but for rounding, which later steps multiply. */
function checkEqualWork(subject: string, outputs: RunOutputs, peer: PeerRun, tolerance: number): void {
  for (const step of [0, 1]) {
    const loss = outputs.steps.loss!.data[step]!;
    if (Math.abs(loss - peer.losses[step]!) <= tolerance * loss) continue;
    throw new Error(`${subject}: the loss of step ${step + 1} is ${loss} here, ${peer.losses[step]} in PyTorch`);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

using peer = startChild(flags.python, new URL("peer.py", import.meta.url));
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const rows: string[] = [];
for (const subject of subjects) {
  for (const precision of precisions) {
    const times = await measure(subject, precision);
    const others = modes.flatMap((mode) => {
      const ratios = times.xla.map((time, round) => time / times[mode][round]!);
      return [median(times[mode]).toFixed(3), median(ratios).toFixed(2)];
    });
    rows.push(row([subject.name, precision, median(times.xla).toFixed(3), ...others]));
    console.error(rows.at(-1));
  }
}
const header = ["network", "precision", "xla", ...modes.flatMap((mode) => [mode, "ratio"])];
console.log(
  `Milliseconds a step of ${batch} images, medians of ${rounds} rounds; xla on ${platform}, ${peerVersion}\n`,
);
console.log([row(header), row(header.map(() => "--:")), ...rows].join("\n"));
