/**
 * `deno run -A bench/published_formula.ts`: where the published float32 formula of CDNV goes wrong, beside ours. Prints the
 * table of docs/numerics.md and draws docs/published_formula.svg.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { cdnv } from "../lib/collapse/cdnv.ts";
import { LayerMeasurement } from "../lib/collapse/measurement.ts";
import { publishedCdnv } from "../lib/collapse/published_cdnv.ts";
import { renderSvg } from "../lib/figures/drawing/rendering.ts";
import { type Figure, grammar } from "../lib/figures/figure.ts";
import { themes } from "../lib/figures/theme.ts";
import { writeSafetensors } from "../lib/formats/safetensors.ts";
import { Random } from "../lib/nn/random.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import { peersPython } from "./peers.ts";
import { startChild } from "./python_child.ts";

const [classes, size, each] = [10, 100, 5000];
const seed = 0;

/** On what it is measured, as "an AMD EPYC 9R14". */
function processor(): string {
  const model = cpus()[0]?.model.replaceAll(/\((R|TM|tm)\)|\s+\d+-Core Processor.*/g, "").trim();
  return `${navigator.hardwareConcurrency} cores of ${model ?? "an unnamed processor"}`;
}

/** CDNV by each way, of the same features. */
interface Found {
  readonly ours: number;
  readonly numpy: number;
  readonly published: number;
  readonly torch: number;
}

/** Normal clouds about fixed centres, as a ReLU layer has them: not negative, each as far from zero as from the others. */
function cloud(target: number): { features: Float32Array; labels: Int32Array } {
  const random = new Random(seed, "clouds");
  const centres = Float64Array.from({ length: classes * size }, () => Math.max(0, random.normal()));
  // Two rectified normal numbers differ by a square of 0.68 on average: twice their variance.
  const deviation = Math.sqrt(target * 0.68);
  const labels = Int32Array.from({ length: classes * each }, () => random.integer(classes));
  const features = Float32Array.from({ length: labels.length * size }, (_, at) => {
    return centres[labels[Math.floor(at / size)]! * size + at % size]! + deviation * random.normal();
  });
  return { features, labels };
}

/** The features as they are, as a layer; its first features stand for the logits, which are not looked at. */
const measurement = new LayerMeasurement({
  layers: [{ name: "features", size }],
  classes,
  examples: { features: { shape: [size], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
  constants: {},
  apply: ({ examples }) => ({
    logits: tf.slice(examples.features!, [0, 0], [-1, classes]),
    layers: [examples.features!],
  }),
}, { runtime: onnxRuntime, threads: 1, batch: 125 });

using peer = startChild(await peersPython(), new URL("published_formula.py", import.meta.url));

async function measure(target: number): Promise<Found> {
  const { features, labels } = cloud(target);
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await writeSafetensors(path, {
      tensors: {
        features: { dtype: "F32", shape: [labels.length, size], data: features },
        labels: { dtype: "I32", shape: [labels.length], data: labels },
      },
      metadata: {},
    });
    const others = await peer.ask<{ numpy: number; torch: number }>(path);
    const set = { examples: { features, labels }, constants: {} };
    const [layer] = await measurement.measure({ sets: { train: set, test: set } });
    return { ours: cdnv(layer!).mean!, published: publishedCdnv(layer!.counts, layer!.published)!, ...others };
  } finally {
    await Deno.remove(path);
  }
}

/** How far a value lies from another, as a share of that. */
function error(value: number, truth: number): number {
  return Math.abs(value / truth - 1);
}

const rows: Found[] = [];
for (let exponent = 3; exponent <= 10; exponent++) rows.push(await measure(10 ** -exponent));
await measurement.dispose();

const percent = (share: number) => `${Number((100 * share).toPrecision(2)).toLocaleString("en")} %`;
console.log("| CDNV | ours, off NumPy by | published formula | off by | in PyTorch | off by |");
console.log("| ---: | -----------------: | ----------------: | -----: | ---------: | -----: |");
for (const { ours, numpy, published, torch } of rows) {
  const [first, second] = [published, torch].map((value) =>
    `${value.toExponential(2)} | ${percent(error(value, numpy))}`
  );
  console.log(`| ${numpy.toExponential(2)} | ${error(ours, numpy).toExponential(0)} | ${first} | ${second} |`);
}

const ways = ["published, in PyTorch", "published, as measured here", "ours"];
const points = rows.flatMap(({ ours, numpy, published, torch }) =>
  [torch, published, ours].map((value, index) => ({
    cdnv: numpy,
    way: ways[index],
    // A logarithmic axis has no place for agreement to the last bit.
    error: Math.max(error(value, numpy), 2 ** -53),
  }))
);
const figure: Figure = {
  $schema: grammar,
  description:
    "The relative error of CDNV by the published float32 formula grows as CDNV falls; ours stays near rounding",
  title: {
    text: "Relative error of CDNV",
    subtitle: [
      `${classes} classes of about ${each} examples of ${size} features; against two passes in float64`,
      `seed ${seed} · on ${processor()}`,
    ],
  },
  config: themes.light,
  datasets: { points },
  concat: [{
    data: { name: "points" },
    width: 420,
    height: 260,
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "cdnv", type: "quantitative", scale: { type: "log" }, axis: { title: "CDNV", format: "~e" } },
      y: { field: "error", type: "quantitative", scale: { type: "log" }, axis: { title: "Error", format: "~e" } },
      color: {
        field: "way",
        type: "nominal",
        sort: ways,
        scale: { domain: ways, range: ["#440154", "#e08b1a", "#21918c"] },
        legend: { title: null },
      },
    },
  }],
  columns: 1,
  spacing: { row: 0, column: 0 },
  resolve: {},
};
await Deno.writeTextFile(
  fileURLToPath(new URL("../docs/published_formula.svg", import.meta.url)),
  await renderSvg(figure),
);
