/**
 * All layers' measurements of a perceptron by the `onnx` runtime and by PyTorch, in turn, one thread each, beside a bare
 * forward pass: medians, as a table.
 *
 * ```sh
 * deno run -A bench/measurement.ts [rounds]
 * ```
 *
 * 60,000 train and 10,000 test images of 28 x 28; the class moments, the nearest class centres and the within-class covariance
 * in the directions of the class means, in float64. Class variances have to agree.
 *
 * @module
 */
import { LayerMeasurement } from "../lib/collapse/measurement.ts";
import { writeSafetensors } from "../lib/formats/safetensors.ts";
import { compileEvaluation, evaluate, type Examples } from "../lib/nn/evaluation.ts";
import { exampleSpecs, forward } from "../lib/nn/forward.ts";
import type { Model } from "../lib/nn/model.ts";
import { buildModel, modelParameter } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { initialVariables, variableTensors } from "../lib/nn/variables.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import { median, medianRatio } from "./median.ts";
import { peersPython } from "./peers.ts";
import { startChild } from "./python_child.ts";
import { timed } from "./timing.ts";
import { row } from "./markdown.ts";

const rounds = Number(Deno.args[0] ?? 9);
const [width, classes, pixels] = [100, 10, 784];
const image: [number, number, number] = [28, 28, 1];
const normalisation = { mean: [0.5], deviation: [0.25] };
const random = new Random(0, "benchmark");
const patterns = Uint8Array.from({ length: classes * pixels }, () => random.integer(256));

/** Noisy copies of a pattern a class. */
function draw(count: number): Examples {
  const labels = Int32Array.from({ length: count }, () => random.integer(classes));
  const images = Uint8Array.from({ length: count * pixels }, (_, at) => {
    return (patterns[labels[Math.floor(at / pixels)]! * pixels + at % pixels]! + random.integer(256)) / 2;
  });
  return { images, labels };
}
const sets = { train: draw(60_000), test: draw(10_000) };

/** What PyTorch answers: of each layer on the train set. */
interface PeerRun {
  /** Processor time in milliseconds. */
  readonly processor: number;
  readonly layers: readonly { readonly variances: readonly number[] }[];
}

const python = await peersPython().catch((error: Error) => {
  console.error(`PyTorch is left out: ${error.message}`);
  return undefined;
});
using peer = python === undefined ? undefined : startChild(python, new URL("measurement.py", import.meta.url));
let peerVersion = "";

async function prepare(model: Model): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const variables = initialVariables(model, 0);
  try {
    await writeSafetensors(path, {
      tensors: {
        ...Object.fromEntries(
          Object.entries(variableTensors(model)).map(([name, { shape }]) => {
            return [name.replace(/^\w+\//, ""), { dtype: "F32", shape, data: variables[name]! } as const];
          }),
        ),
        ...Object.fromEntries(
          Object.entries(sets).flatMap(([split, { images, labels }]) => [
            [`${split}_images`, { dtype: "U8", shape: [labels.length, pixels], data: images } as const],
            [`${split}_labels`, { dtype: "I32", shape: [labels.length], data: labels } as const],
          ]),
        ),
      },
      metadata: {},
    });
    const { version } = await peer!.ask<{ version: string }>({ tensors: path, classes, mean: 0.5, deviation: 0.25 });
    peerVersion = version;
  } finally {
    await Deno.remove(path);
  }
}

async function measure(depth: number): Promise<string[]> {
  const model = buildModel(modelParameter.parse({ kind: "mlp", depth, width, batchNorm: true }), image, classes);
  const constants = initialVariables(model, 0);
  const measurement = new LayerMeasurement({
    layers: model.layers,
    classes,
    examples: exampleSpecs(model),
    constants: variableTensors(model),
    apply: ({ examples, constants }) => forward(model, normalisation, constants, examples.images!),
  }, { runtime: onnxRuntime, threads: 1, batch: 125 });
  const bare = await compileEvaluation(onnxRuntime, model, normalisation, "cross-entropy");
  if (peer !== undefined) await prepare(model);
  const data = {
    train: { examples: { ...sets.train }, constants },
    test: { examples: { ...sets.test }, constants },
  };
  const [ours, forwards, peers]: [number[], number[], number[]] = [[], [], []];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const [time, rows] = await timed(() => measurement.measure({ sets: data }));
    const [forwardTime] = await timed(async () => {
      await evaluate(bare, constants, sets.train);
      await evaluate(bare, constants, sets.test);
    });
    const found = await peer?.ask<PeerRun>({});
    found?.layers.forEach(({ variances }, layer) => {
      variances.forEach((variance, label) => checkEqualWork(rows[2 * layer]!.variances[label]!, variance, layer));
    });
    if (round === 0) continue;
    ours.push(time.processor);
    forwards.push(forwardTime.processor);
    if (found !== undefined) peers.push(found.processor);
  }
  await measurement.dispose();
  await bare.dispose();
  const seconds = (times: readonly number[]) => (median(times) / 1000).toFixed(2);
  const others = peer === undefined ? [] : [seconds(peers), medianRatio(ours, peers).toFixed(2)];
  return [`${depth}`, seconds(ours), ...others, seconds(forwards), medianRatio(ours, forwards).toFixed(2)];
}

/** Class variances have to be equal but for the rounding of the features to float32. */
function checkEqualWork(variance: number, peer: number, layer: number): void {
  if (Math.abs(variance / peer - 1) < 1e-4) return;
  throw new Error(
    `A class variance of layer ${layer + 1} is ${variance} here and ${peer} in PyTorch: not the same work`,
  );
}

const rows: string[] = [];
for (const depth of [2, 4, 8, 16]) rows.push(row(await measure(depth)));
const peerHeader = peer === undefined ? [] : [`PyTorch ${peerVersion}`, "ratio"];
const header = ["depth", "onnx", ...peerHeader, "forward alone", "ratio"];
console.log(
  `Processor seconds for all layers of a snapshot on both sets, medians of ${rounds} rounds; width ${width}\n`,
);
console.log([row(header), row(header.map(() => "--:")), ...rows].join("\n"));
