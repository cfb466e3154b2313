/**
 * The memory that trainings by the `onnx` runtime take at most, beside what was estimated before they began, as a table: each a
 * process of its own, two epochs with a snapshot after each.
 *
 * ```sh
 * deno run -A bench/training_memory.ts
 * ```
 *
 * @module
 */
import { type Split, writeDataset } from "../lib/datasets/dataset.ts";
import { estimateMemory, totalMemory } from "../lib/nn/estimate.ts";
import { examplesOf } from "../lib/nn/evaluation.ts";
import { buildModel } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { runtimeByName } from "../lib/runtimes/registry.ts";
import train from "../stages/train.ts";
import { cacheStages, runStage } from "./stage_process.ts";

/** What is trained. */
export interface MemoryTask {
  /** The parameter `model`. */
  readonly model: { readonly kind: string; readonly [parameter: string]: unknown };
  /** `[height, width, channels]` of an image. */
  readonly shape: readonly [number, number, number];
  /** Train images; test images are a sixth of them. */
  readonly count: number;
  /** Images a step. */
  readonly batch: number;
}

/** Trains in a process of its own: the bytes that were estimated of it, and those that it took at most. */
export async function measureMemory(
  { model, shape, count, batch }: MemoryTask,
): Promise<{ readonly estimate: number; readonly peak: number }> {
  const [trainSet, testSet] = [randomSplit(count, shape), randomSplit(Math.ceil(count / 6), shape)];
  const given = { model, optimizer: { lr: 1e-4, momentum: 0.9, weightDecay: 5e-4 }, batch, epochs: 2, runtime: "onnx" };
  const parameters = train.parameters.parse(given);
  const estimate = await estimateMemory({
    ...parameters,
    model: buildModel(parameters.model, shape, classes),
    normalisation: { mean: Array(shape[2]).fill(0.5), deviation: Array(shape[2]).fill(0.5) },
    train: examplesOf(trainSet),
    test: examplesOf(testSet),
    runtime: await runtimeByName("onnx"),
  });
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(`${folder}/dataset`, {
      name: "random",
      classes: Array.from({ length: classes }, (_, index) => `${index}`),
      train: trainSet,
      test: testSet,
      digest: "random",
    });
    return { estimate: totalMemory(estimate), peak: await peakOf(folder, given) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const classes = 10;
const random = new Random(0, "memory");

function randomSplit(count: number, shape: MemoryTask["shape"]): Split {
  const images = Uint8Array.from({ length: count * shape.reduce((a, b) => a * b) }, () => random.integer(256));
  return { images, labels: Uint8Array.from({ length: count }, () => random.integer(classes)), shape, count };
}

/** Trains on the data set of a folder. */
async function peakOf(folder: string, parameters: unknown): Promise<number> {
  await cacheStages(["train"]);
  const state = `${folder}/state`;
  await Deno.mkdir(state);
  const { peak } = await runStage("train", {
    with: parameters,
    deps: { dataset: `${folder}/dataset` },
    outs: { snapshots: `${folder}/snapshots`, history: `${folder}/history.csv` },
    state,
  });
  return peak;
}

const [grey, coloured] = [[28, 28, 1], [32, 32, 3]] as const;
const batch = 128;
/** Networks, what they are called, and how many images: whole batches, or the last one nearly as large as the others. */
const tasks: readonly (readonly [string, MemoryTask])[] = [
  ["MLP 16 x 100", { model: { kind: "mlp", depth: 16, width: 100 }, shape: grey, count: 60_000, batch }],
  ["MLP 2 x 1500", { model: { kind: "mlp", depth: 2, width: 1500 }, shape: grey, count: 640, batch }],
  ["MLP 2 x 3000", { model: { kind: "mlp", depth: 2, width: 3000 }, shape: grey, count: 640, batch }],
  ["MLP 8 x 1000", { model: { kind: "mlp", depth: 8, width: 1000 }, shape: coloured, count: 10_000, batch: 2000 }],
  ["convnet 6 x 32", { model: { kind: "convnet", depth: 6, width: 32 }, shape: coloured, count: 255, batch }],
  ["convnet 4 x 64, no halvings", {
    model: { kind: "convnet", depth: 4, width: 64, halvings: 0 },
    shape: grey,
    count: 255,
    batch,
  }],
  ["ResNet18 of width 16", { model: { kind: "resnet18", width: 16 }, shape: coloured, count: 256, batch }],
  ["ResNet18 of width 16", { model: { kind: "resnet18", width: 16 }, shape: coloured, count: 255, batch }],
  ["ResNet18 of width 64", { model: { kind: "resnet18", width: 64 }, shape: coloured, count: 256, batch }],
  ["ResNet18 of width 64", { model: { kind: "resnet18", width: 64 }, shape: coloured, count: 255, batch }],
];

if (import.meta.main) {
  console.log("| network | images | batch | estimate, MB | peak, MB | ratio |\n| --- | --: | --: | --: | --: | --: |");
  for (const [name, task] of tasks) {
    const { estimate, peak } = await measureMemory(task);
    const numbers = [task.count, task.batch, ...[estimate, peak].map((bytes) => Math.round(bytes / 1e6))];
    console.log(`| ${name} | ${numbers.join(" | ")} | ${(estimate / peak).toFixed(2)} |`);
  }
}
