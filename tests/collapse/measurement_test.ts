import assert from "node:assert/strict";
import { join } from "node:path";
import { Embeddings } from "../../lib/collapse/embeddings.ts";
import { LayerMeasurement } from "../../lib/collapse/measurement.ts";
import { neuralCollapseTable } from "../../lib/collapse/neural_collapse_table.ts";
import { type LayerStatistics, readStatistics, writeStatistics } from "../../lib/collapse/statistics.ts";
import { cdnvTable, depthCurveTable, effectiveDepthTable } from "../../lib/collapse/tables.ts";
import { readSafetensors, tensorNamed } from "../../lib/formats/safetensors.ts";
import type { Row } from "../../lib/formats/table.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import {
  assertClose,
  assertSameMeasurement,
  type Cloud,
  cloudNetwork,
  cloudSets,
  gaussianCloud,
  simplex,
  twoPass,
} from "./clouds.ts";

const train = 300;
const layers = [gaussianCloud(simplex(4), 0.4, 100, 1), gaussianCloud(simplex(4), 0.05, 100, 2)];
const labels = layers[0]!.labels;
/** Logits of a network that says class 0 to every tenth example and is right otherwise. */
const logits = Float32Array.from(
  { length: 1600 },
  (_, at) => at % 4 === ((at >> 2) % 10 === 0 ? 0 : labels[at >> 2]) ? 1 : 0,
);

const classifier = { weights: Float32Array.from(simplex(4).flat()) };
const network = cloudNetwork(layers);
const sets = cloudSets(layers, train, logits);
const setLabels = { train: sets.train.examples.labels, test: sets.test.examples.labels };

async function measured(
  { runtime = cpuRuntime, batch = 64, threads = 1, clouds = layers }: {
    runtime?: Runtime;
    batch?: number;
    threads?: number;
    clouds?: readonly Cloud[];
  } = {},
): Promise<LayerStatistics[]> {
  const measurement = new LayerMeasurement(cloudNetwork(clouds), { runtime, threads, batch });
  try {
    const measurements = await measurement.measure({ sets: cloudSets(clouds, train, logits), classifier, ranks: true });
    return measurements.map((measurement) => ({ epoch: 3, ...measurement }));
  } finally {
    await measurement.dispose();
  }
}

Deno.test("LayerMeasurement measures every layer on both sets", async () => {
  const rows = await measured();
  assert.deepEqual(rows.map(({ layer, split }) => [layer, split]), [[1, "train"], [1, "test"], [2, "train"], [
    2,
    "test",
  ]]);
  const cloud = layers[1]!;
  const expected = twoPass({
    ...cloud,
    features: cloud.features.subarray(0, train * 4),
    labels: labels.subarray(0, train),
  });
  expected.variances.forEach((variance, label) => assertClose(rows[2]!.variances[label]!, variance, 1e-12));
  expected.distances.forEach((distance, pair) => assertClose(rows[2]!.distances[pair]!, distance, 1e-12));
  assert.deepEqual([...Array.from(rows[2]!.nccCorrect)], [75, 75, 75, 75]);
  // Of every tenth example, those of class 0 are right: 300 examples have 30 of them, 15 of class 0 and 15 of class 2.
  assert.equal(rows[2]!.networkCorrect, 285);
  assert.equal(rows[2]!.nccAgree, 285);
  assert.equal(rows[3]!.networkCorrect, 95);
});

Deno.test("LayerMeasurement gives the same for any size of the steps, to 1e-12", async () => {
  const once = await measured();
  (await measured({ batch: 7 })).forEach((row, index) => assertSameMeasurement(row, once[index]!, 1e-12));
});

Deno.test("LayerMeasurement names the layer and the class of a feature that is not finite", async () => {
  for (const [at, value] of [[5, NaN], [train * 4 + 6, Infinity]] as const) {
    const broken = { ...layers[1]!, features: layers[1]!.features.with(at, value) };
    await assert.rejects(measured({ clouds: [layers[0]!, broken] }), {
      message: "Layer 2: A feature of class 1 is not finite; the network has diverged",
    });
  }
});

Deno.test("LayerMeasurement refuses labels that are none of the classes", async () => {
  for (const wrong of [4, 255]) {
    const clouds = layers.map((cloud) => ({ ...cloud, labels: cloud.labels.with(9, wrong) }));
    await assert.rejects(measured({ clouds }), { message: `Label ${wrong} is out of range; expected 0 to 3` });
  }
});

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const identity = { dataset: "clouds", model: "mlp", depth: 2, width: 4, seed: 0 };

Deno.test("readStatistics() returns what writeStatistics() wrote", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "statistics.safetensors");
    const rows = await measured();
    await writeStatistics(path, { identity, classes: 4, rows });
    const read = await readStatistics(path);
    assert.deepEqual([read.identity, read.classes], [identity, 4]);
    const plain = (value: unknown): unknown => {
      if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
    };
    assert.deepEqual(read.rows.map(plain), rows.map(plain));
    assert.deepEqual(read.rows.map(({ classifier }) => classifier === null), [true, true, false, false]);

    const unranked = [{ ...rows[0]!, ranks: null }, { ...rows[1]!, ranks: { total: 1, within: null } }];
    await writeStatistics(path, { identity, classes: 4, rows: unranked });
    assert.deepEqual((await readStatistics(path)).rows.map(({ ranks }) => ranks), unranked.map(({ ranks }) => ranks));
  });
});

Deno.test("readStatistics() names a file of another format or with impossible values", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "statistics.safetensors");
    const rows = await measured();
    await writeStatistics(path, { identity, classes: 4, rows: [{ ...rows[0]!, variances: [1, NaN, 1, 1] }] });
    await assert.rejects(readStatistics(path), {
      message: `${path}: tensor "variances" holds a value that is negative or not finite`,
    });
    const projected = [NaN, ...Array.from(rows[0]!.projected).slice(1)];
    await writeStatistics(path, { identity, classes: 4, rows: [{ ...rows[0]!, projected }] });
    await assert.rejects(readStatistics(path), {
      message: `${path}: tensor "projected" holds a value that is not finite`,
    });
    await new Embeddings(network, setLabels, [1]).write(folder, "epoch-0003", {});
    const other = join(folder, "epoch-0003-layer-1.safetensors");
    await assert.rejects(readStatistics(other), {
      message: `${other}: expected the format "mindepth statistics 3", found "none"`,
    });
  });
});

Deno.test("cdnvTable() and effectiveDepthTable() give a row a layer, with the network's identity first", async () => {
  const statistics = { identity, classes: 4, rows: await measured() };
  const cdnv = cdnvTable(statistics);
  assert.deepEqual(cdnv.columns.slice(0, 8), ["dataset", "model", "depth", "width", "seed", "epoch", "layer", "split"]);
  for (const row of cdnv.rows) assert.deepEqual(Object.keys(row).toSorted(), cdnv.columns.toSorted());
  assertClose(cdnv.rows[2]!.cdnv as number, 4 * 0.05 ** 2, 0.15);
  assert.deepEqual([cdnv.rows[2]!.ncc_accuracy, cdnv.rows[2]!.ncc_agreement], [1, 0.95]);

  const depth = effectiveDepthTable(statistics, { cdnvFactor: 2, nccMargin: 0.01 });
  for (const row of depth.rows) assert.deepEqual(Object.keys(row).toSorted(), depth.columns.toSorted());
  const found = depth.rows.map(({ definition, layer, effective_depth }) => [definition, layer, effective_depth]);
  assert.deepEqual(found, [["cdnv", 1, 1], ["cdnv", 2, 1], ["ncc", 1, 2], ["ncc", 2, 2]]);
  assertClose(depth.rows[3]!.threshold as number, 0.06, 1e-12);
});

Deno.test("depthCurveTable() gives the verdict of effectiveDepthTable() at its threshold, and never more at a larger one", async () => {
  const statistics = { identity, classes: 4, rows: await measured() };
  const curve = depthCurveTable(statistics);
  for (const row of curve.rows) assert.deepEqual(Object.keys(row).toSorted(), curve.columns.toSorted());
  const depth = effectiveDepthTable(statistics, { cdnvFactor: 2, nccMargin: 0.01 });
  for (const [definition, threshold] of [["cdnv", 2], ["ncc", 0.01]]) {
    const own = curve.rows.filter((row) => row.definition === definition);
    assert.equal(
      own.find((row) => row.threshold === threshold)!.effective_depth,
      depth.rows.find((row) => row.definition === definition)!.effective_depth,
    );
    // A definition that no layer meets has no depth: more than any.
    const depths = own.map((row) => row.effective_depth === null ? Infinity : Number(row.effective_depth));
    depths.slice(1).forEach((value, index) => assert.ok(value <= depths[index]!));
    assert.ok(new Set(depths).size > 1);
  }
});

Deno.test("neuralCollapseTable() gives NC3 of the last layer alone, and NC4 as the share of disagreements", async () => {
  const { columns, rows } = neuralCollapseTable({ identity, classes: 4, rows: await measured() });
  for (const row of rows) assert.deepEqual(Object.keys(row).toSorted(), columns.toSorted());
  assert.deepEqual(rows.map((row) => row.nc3_duality_distance === null), [true, true, false, false]);
  assert.ok(Number(rows[2]!.nc3_duality_distance) < 0.7 && Number(rows[2]!.nc3_etf_distance) < 0.1);
  assertClose(Number(rows[2]!.nc4_mismatch), 0.05, 1e-12);
  assertClose(Number(rows[2]!.nc1), 2 * 3 * 0.05 ** 2, 0.15);
});

Deno.test("cdnvTable() says what classes lack and what the published formula makes of the features", async () => {
  const [row] = (await measured()).slice(2);
  const table = (counts: number[]) =>
    cdnvTable({ identity, classes: 4, rows: [{ ...row!, split: "test", counts }] }).rows[0]!;
  const sizes = ({ missing_classes, single_classes, least_examples, most_examples }: Row) => {
    return [missing_classes, single_classes, least_examples, most_examples];
  };
  assert.deepEqual(sizes(table([75, 75, 75, 75])), [0, 0, 75, 75]);
  assert.deepEqual(sizes(table([0, 1, 75, 90])), [1, 1, 0, 90]);
  assert.equal(table([0, 1, 75, 90]).uncorrected_pairs, 5);
  const { cdnv, cdnv_published, cdnv_published_error } = table([75, 75, 75, 75]);
  assertClose(Number(cdnv_published), Number(cdnv), 1e-3);
  assertClose(1 + Number(cdnv_published_error), Number(cdnv_published) / Number(cdnv), 1e-12);
});

Deno.test("effectiveDepthTable() takes an error that equals its threshold as collapsed", async () => {
  const [, , upper] = await measured();
  const row = {
    ...upper!,
    layer: 1,
    counts: [100, 100, 100, 100],
    nccCorrect: [96, 100, 100, 100],
    networkCorrect: 400,
  };
  const { rows: [, point] } = effectiveDepthTable({ identity, classes: 4, rows: [row] }, {
    cdnvFactor: 2,
    nccMargin: 0.01,
  });
  assert.deepEqual([point!.value, point!.threshold, point!.effective_depth], [0.01, 0.01, 1]);
});

Deno.test("cdnvTable() rejects statistics whose NCC error exceeds its bound by CDNV", async () => {
  const rows = await measured();
  const wrong = { ...rows[2]!, nccCorrect: [0, 75, 75, 75] };
  assert.throws(() => cdnvTable({ identity, classes: 4, rows: [wrong] }), {
    message:
      /^The statistics of layer 2 at epoch 3 contradict themselves: the train NCC error 0\.25 exceeds its bound 0\.1/,
  });
});

Deno.test("Embeddings writes the features of the chosen layers, whole and in order", async () => {
  await inFolder(async (folder) => {
    const embeddings = new Embeddings(network, setLabels, [2]);
    const measurement = new LayerMeasurement(network, { runtime: cpuRuntime, threads: 1, batch: 64 });
    await measurement.measure({ sets, save: [2], saved: (...features) => embeddings.keep(...features) });
    await embeddings.write(folder, "epoch-0003", { epoch: "3" });
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["epoch-0003-layer-2.safetensors"]);
    const path = join(folder, "epoch-0003-layer-2.safetensors");
    const file = await readSafetensors(path);
    assert.deepEqual(tensorNamed(file, "train", "F32", path).shape, [300, 4]);
    const [first, second] = [tensorNamed(file, "train", "F32", path).data, tensorNamed(file, "test", "F32", path).data];
    assert.deepEqual([...first, ...second], [...layers[1]!.features]);
    assert.deepEqual([...tensorNamed(file, "test_labels", "I32", path).data], [...labels.subarray(train)]);
    assert.deepEqual(file.metadata, { epoch: "3", layer: "2" });
  });
});
