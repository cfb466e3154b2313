/**
 * All layers' measurements of a ResNet18 on images of 32 x 32 by the `onnx` runtime and by what PyTorch has, in turn, one thread
 * each, beside the networks alone; and the memory that ours takes for two numbers of images. As tables.
 *
 * ```sh
 * deno run -A bench/resnet_measurement.ts [images] [width] [rounds] [room] [alone]
 * ```
 *
 * So many train images and a quarter as many test images; a quarter of them for the first measurement of memory. The room is of
 * features that are kept between the passes, in GiB: those of the last layers, as many as fit. Class variances and counts of
 * nearest class centres have to agree. What has been measured is told as it comes: with 50,000 images it takes two hours;
 * `alone` leaves PyTorch and memory out.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import process from "node:process";
import { cdnv } from "../lib/collapse/cdnv.ts";
import { LayerMeasurement, type Measurement } from "../lib/collapse/measurement.ts";
import { neuralCollapse } from "../lib/collapse/neural_collapse.ts";
import { type StoredTensor, writeSafetensors } from "../lib/formats/safetensors.ts";
import { compileEvaluation, evaluate, type Examples } from "../lib/nn/evaluation.ts";
import { exampleSpecs, forward } from "../lib/nn/forward.ts";
import { buildModel, modelParameter } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { initialVariables, variableTensors } from "../lib/nn/variables.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import { median, medianRatio } from "./median.ts";
import { peersPython } from "./peers.ts";
import { startChild } from "./python_child.ts";
import { timed, type Timing } from "./timing.ts";
import { row } from "./markdown.ts";

const words = ["peak", "alone"];
const numbers = Deno.args.filter((argument) => !words.includes(argument)).map(Number);
const [images = 2500, width = 64, rounds = 1, room = 8] = numbers;
const isAlone = Deno.args.includes("alone");
const [classes, pixels, image] = [10, 3072, [32, 32, 3] as [number, number, number]];
const [mean, deviation] = [0.5, 0.25];
const normalisation = { mean: [mean, mean, mean], deviation: [deviation, deviation, deviation] };
const random = new Random(0, "benchmark");
const patterns = Uint8Array.from({ length: classes * pixels }, () => random.integer(256));

/** Noisy copies of a pattern a class, as many of each class. */
function draw(count: number): Examples {
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
  const images = Uint8Array.from({ length: count * pixels }, (_, at) => {
    return (patterns[labels[Math.floor(at / pixels)]! * pixels + at % pixels]! + 15 * random.integer(256)) / 16;
  });
  return { images, labels };
}

const model = buildModel(modelParameter.parse({ kind: "resnet18", width }), image, classes);
const constants = initialVariables(model, 0);

/** Measures a snapshot. */
function newMeasurement(): LayerMeasurement {
  return new LayerMeasurement({
    layers: model.layers,
    classes,
    examples: exampleSpecs(model),
    constants: variableTensors(model),
    apply: ({ examples, constants }) => forward(model, normalisation, constants, examples.images!),
  }, { runtime: onnxRuntime, threads: 1, batch: 125, room: room * 2 ** 30 });
}

/** A way through both sets. */
interface Run extends Timing {
  readonly train?: Found;
  readonly test?: Found;
}

/** What PyTorch finds on a set, by layer. */
interface Found {
  readonly variances: readonly (readonly number[])[];
  readonly correct: readonly (readonly number[])[];
  readonly cdnv?: readonly number[];
  /** Of the last layer. */
  readonly nc1?: number;
}

/** A row of the table. */
interface Way {
  readonly name: string;
  readonly run: () => Promise<Run>;
  readonly runs: Run[];
}

function sets(count: number): Record<"train" | "test", Examples> {
  return { train: draw(count), test: draw(Math.ceil(count / 4)) };
}

function measure(measurement: LayerMeasurement, { train, test }: Record<"train" | "test", Examples>) {
  return measurement.measure({
    sets: { train: { examples: { ...train }, constants }, test: { examples: { ...test }, constants } },
  });
}

function agree(found: number, expected: number, tolerance: number, what: string): void {
  if (Math.abs(found - expected) <= tolerance * expected) return;
  throw new Error(`${what} is ${expected} here and ${found} in PyTorch: not the same work`);
}

/** Features are float32 and added up in another order there, and where two centres are equally near, rounding decides. */
function checkEqualWork(rows: readonly Measurement[], { train, test }: Run): void {
  for (const [index, found] of [train, test].entries()) {
    if (found === undefined) continue;
    model.layers.forEach((_, layer) => {
      const own = rows[2 * layer + index]!;
      found.variances[layer]!.forEach((variance, label) => {
        agree(variance, own.variances[label]!, 1e-3, `A class variance of layer ${layer + 1}`);
      });
      const right = (counts: ArrayLike<number>) => Array.from(counts).reduce((sum, count) => sum + count, 0);
      const examples = right(own.counts);
      const error = Math.abs(right(found.correct[layer]!) - right(own.nccCorrect)) / examples;
      if (error > 2e-3) throw new Error(`The NCC accuracy of layer ${layer + 1} is off by ${error}`);
      if (found.cdnv !== undefined) agree(found.cdnv[layer]!, cdnv(own).mean!, 1e-3, `CDNV of layer ${layer + 1}`);
    });
    if (found.nc1 !== undefined) agree(found.nc1, neuralCollapse(rows.at(index - 2)!).nc1!, 1e-3, "NC1");
  }
}

/** Bytes that a process which measures so many images takes at its largest. */
async function peak(count: number): Promise<number> {
  const args = ["run", "-A", fileURLToPath(import.meta.url), "peak", `${count}`, `${width}`, "1", `${room}`];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error("The measurement of memory failed");
  return Number(new TextDecoder().decode(stdout));
}

const table = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(header), row(header.map((_, column) => column === 0 ? "---" : "--:")), ...rows.map(row)].join("\n");

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);

async function compare(): Promise<void> {
  const data = sets(images);
  const bare = await compileEvaluation(onnxRuntime, model, normalisation, "cross-entropy");
  // Compiles what the last, smaller batches take, which ours have none of.
  await evaluate(bare, constants, data.train);
  await evaluate(bare, constants, data.test);
  const measurement = newMeasurement();
  let rows: Measurement[] = [];
  const ways: Way[] = [
    [`onnx, features kept in ${room} GiB`, async () => rows = await measure(measurement, data)] as const,
    ["onnx, the network alone", async () => {
      await evaluate(bare, constants, data.train);
      await evaluate(bare, constants, data.test);
    }] as const,
  ].map(([name, run]) => ({ name, run: async () => (await timed<unknown>(run))[0], runs: [] }));

  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const python = isAlone
    ? undefined
    : await peersPython().catch((error: Error) => console.error(`PyTorch is left out: ${error.message}`));
  using peer = python === undefined ? undefined : startChild(python, new URL("resnet_measurement.py", import.meta.url));
  if (peer !== undefined) {
    const tensors: Record<string, StoredTensor> = Object.fromEntries([
      ...Object.entries(model.parameters).map(([name, { shape }]) => {
        return [`parameters/${name}`, { dtype: "F32", shape, data: constants[`parameters/${name}`]! } as const];
      }),
      ...Object.entries(data).flatMap(([split, { images, labels }]) => [
        [`${split}_images`, { dtype: "U8", shape: [labels.length, ...image], data: images } as const],
        [`${split}_labels`, { dtype: "I32", shape: [labels.length], data: labels } as const],
      ]),
    ]);
    await writeSafetensors(path, { tensors, metadata: {} });
    const task = { tensors: path, width, classes, mean, deviation };
    const { version, library } = await peer.ask<{ version: string; library: boolean }>(task);
    if (!library) console.error("neural-collapse is left out; docs/benchmarks.md says how to get it");
    const names = {
      forward: `PyTorch ${version}, the network alone`,
      published: "PyTorch, CDNV and NCC alone, as published",
      ...(library
        ? {
          library: "neural-collapse, CDNV and NCC alone",
          covariance: "neural-collapse, CDNV and NCC, and NC1 of the last layer",
        }
        : {}),
    };
    for (const [way, name] of Object.entries(names)) {
      ways.push({ name, run: () => peer.ask<Run>({ way }), runs: [] });
    }
  }
  await Deno.remove(path);
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const run = await way.run();
      console.error(`${way.name}: ${seconds(run.milliseconds)} s`);
      checkEqualWork(rows, run);
      way.runs.push(run);
    }
  }
  await Promise.all([measurement.dispose(), bare.dispose()]);
  const times = ({ runs }: Way) => runs.map(({ processor }) => processor);
  const alone = ways.findIndex(({ name }) => name === "onnx, the network alone");
  const cells = ways.map((way) => [
    way.name,
    seconds(median(way.runs.map(({ milliseconds }) => milliseconds))),
    seconds(median(times(way))),
    medianRatio(times(ways[0]!), times(way)).toFixed(2),
    medianRatio(times(way), times(ways[way.name.startsWith("onnx") ? alone : alone + 1]!)).toFixed(2),
  ]);
  console.log(
    `ResNet18 of width ${width}, ${images} + ${images / 4} images, medians of ${rounds} rounds, no warming up\n`,
  );
  console.log(table(["", "wall, s", "processor, s", "our share", "by the network alone"], cells));
}

if (Deno.args.includes("peak")) {
  const measurement = newMeasurement();
  await measure(measurement, sets(images));
  await measurement.dispose();
  console.log(process.resourceUsage().maxRSS * 1024);
} else {
  await compare();
  const peaks = [];
  for (const count of isAlone ? [] : [images / 4, images]) {
    peaks.push([`${count} + ${count / 4}`, (await peak(count) / 1e9).toFixed(2)]);
  }
  if (!isAlone) console.log(`\n${table(["images", "peak memory, GB"], peaks)}`);
}
