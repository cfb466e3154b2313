import assert from "node:assert/strict";
import { join } from "node:path";
import { readStatistics } from "../../lib/collapse/statistics.ts";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { readSafetensors, type TensorFile, tensorNamed } from "../../lib/formats/safetensors.ts";
import { readTable } from "../../lib/formats/table.ts";
import cdnv from "../../stages/cdnv.ts";
import features from "../../stages/features.ts";
import train from "../../stages/train.ts";
import { assertClose, twoPass } from "../collapse/clouds.ts";
import { clusters } from "../nn/clusters.ts";

const surroundings = {
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
  progress: () => {},
  signal: new AbortController().signal,
};

/** A folder with a data set, and with the snapshots of a network after 0 and 2 epochs. */
async function inStudy(
  test: (folder: string) => Promise<void>,
  model: object = { kind: "mlp", depth: 2, width: 8 },
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(join(folder, "dataset"), clusters());
    await Deno.mkdir(join(folder, "state"));
    await train.run({
      ...surroundings,
      with: train.parameters.parse({
        model,
        optimizer: { lr: 0.05 },
        epochs: 2,
        seed: 3,
        snapshots: { at: [0, 2] },
        runtime: "cpu",
      }),
      deps: { dataset: join(folder, "dataset") },
      outs: { snapshots: join(folder, "snapshots"), history: join(folder, "history.csv") },
      state: join(folder, "state"),
    });
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(folder: string, parameters: Record<string, unknown> = {}, memory = 0): Promise<number[]> {
  const done: number[] = [];
  await features.run({
    ...surroundings,
    resources: { cpus: 1, gpus: 0, memory, machineMemory: 1e12 },
    progress: (progress) => done.push(progress.done),
    with: features.parameters.parse({ runtime: "cpu", batch: 64, ...parameters }),
    deps: { dataset: join(folder, "dataset"), snapshots: join(folder, "snapshots") },
    outs: {
      statistics: join(folder, "statistics.safetensors"),
      ...("save" in parameters ? { embeddings: join(folder, "embeddings") } : {}),
    },
  });
  return done;
}

/** The train features of a saved layer as a cloud. */
function trainCloud(file: TensorFile) {
  const { data, shape } = tensorNamed(file, "train", "F32", "saved");
  const labels = Uint8Array.from(tensorNamed(file, "train_labels", "I32", "saved").data);
  return { features: data, labels, size: shape[1]!, classes: 3 };
}

Deno.test("features measures every layer at every snapshot, and agrees with two passes over the saved features", () =>
  inStudy(async (folder) => {
    assert.deepEqual(await measure(folder, { save: [{ epoch: 2, layer: 1 }, { epoch: 2, layer: 2 }] }), [0, 1, 2]);
    const { identity, classes, rows } = await readStatistics(join(folder, "statistics.safetensors"));
    const variant = "lr 0.05, no drops";
    const network = { dataset: "clusters", model: "mlp", depth: 2, width: 8, seed: 3, label_noise: 0, variant };
    assert.deepEqual([identity, classes], [network, 3]);
    assert.deepEqual(
      rows.map(({ epoch, layer, split }) => `${epoch} ${layer} ${split}`),
      [0, 2].flatMap((epoch) =>
        [1, 2].flatMap((layer) => ["train", "test"].map((split) => `${epoch} ${layer} ${split}`))
      ),
    );
    assert.deepEqual([...Deno.readDirSync(join(folder, "embeddings"))].map(({ name }) => name).toSorted(), [
      "epoch-0002-layer-1.safetensors",
      "epoch-0002-layer-2.safetensors",
    ]);
    for (const layer of [1, 2]) {
      const row = rows.find((row) => row.epoch === 2 && row.layer === layer && row.split === "train")!;
      const expected = twoPass(
        trainCloud(await readSafetensors(join(folder, `embeddings/epoch-0002-layer-${layer}.safetensors`))),
      );
      expected.variances.forEach((variance, label) => assertClose(row.variances[label]!, variance, 1e-9));
      expected.distances.forEach((distance, pair) => assertClose(row.distances[pair]!, distance, 1e-9));
    }
  }));

Deno.test("features counts as many right answers of the network as its history does", () =>
  inStudy(async (folder) => {
    await measure(folder);
    const { rows } = await readStatistics(join(folder, "statistics.safetensors"));
    const history = await readTable(join(folder, "history.csv"));
    for (const epoch of [0, 2]) {
      const row = history.find((row) => row.epoch === epoch)!;
      const correct = (split: string) =>
        rows.find((found) => found.epoch === epoch && found.split === split)!.networkCorrect;
      assertClose(row.train_accuracy as number, correct("train") / 300, 1e-12);
      assertClose(row.test_accuracy as number, correct("test") / 100, 1e-12);
    }
  }));

Deno.test("features leaves the same bytes whether features are saved besides or not", () =>
  inStudy(async (folder) => {
    const path = join(folder, "statistics.safetensors");
    await measure(folder);
    const once = await Deno.readFile(path);
    await measure(folder, { save: [{ epoch: 0, layer: 2 }] });
    assert.deepEqual(await Deno.readFile(path), once);
  }));

Deno.test("features measures effective ranks of the last snapshot, of others where they are named, or of none", () =>
  inStudy(async (folder) => {
    const ranked = async (parameters: Record<string, unknown>) => {
      await measure(folder, parameters);
      const { rows } = await readStatistics(join(folder, "statistics.safetensors"));
      return rows.filter(({ ranks }) => ranks !== null).map(({ epoch, layer, split }) => `${epoch} ${layer} ${split}`);
    };
    const last = ["2 1 train", "2 1 test", "2 2 train", "2 2 test"];
    assert.deepEqual(await ranked({}), last);
    assert.deepEqual(await ranked({ ranks: [0] }), last.map((row) => row.replace("2", "0")));
    assert.deepEqual(await ranked({ ranks: null }), []);
    await assert.rejects(measure(folder, { ranks: [1] }), {
      message: "No epoch 1 to measure effective ranks of: ranks names one without a snapshot; there are 0, 2",
    });
  }));

/** Measures the snapshot after epoch 2, and reads the statistics and the saved features of its last layer. */
async function measuredAt(folder: string, parameters: object, layer = 2) {
  await Deno.remove(join(folder, "embeddings"), { recursive: true }).catch(() => {});
  await measure(folder, { save: [{ epoch: 2, layer }], ...parameters });
  const { rows } = await readStatistics(join(folder, "statistics.safetensors"));
  const of = (split: string) => rows.find((row) => row.epoch === 2 && row.layer === layer && row.split === split)!;
  const saved = await readSafetensors(join(folder, `embeddings/epoch-0002-layer-${layer}.safetensors`));
  return { train: of("train"), test: of("test"), cloud: trainCloud(saved) };
}

Deno.test("features measures layers before their nonlinearity where it is told, and then has no NC3", () =>
  inStudy(async (folder) => {
    const { train, cloud } = await measuredAt(folder, {});
    const before = await measuredAt(folder, { layers: "before" });
    assert.deepEqual(before.cloud.features.map((value) => Math.max(0, value)), cloud.features);
    assert.ok(before.cloud.features.some((value) => value < 0));
    twoPass(before.cloud).variances.forEach((variance, label) => {
      assertClose(before.train.variances[label]!, variance, 1e-9);
    });
    const linear = await measuredAt(folder, { layers: "linear" });
    assert.notDeepEqual(linear.cloud.features, before.cloud.features);
    assert.deepEqual([train, before.train, linear.train].map(({ classifier }) => classifier !== null), [
      true,
      false,
      false,
    ]);
    for (const measured of [before, linear]) assert.equal(measured.train.networkCorrect, train.networkCorrect);
  }));

Deno.test("features measures convolutional layers pooled where it is told", () =>
  inStudy(
    async (folder) => {
      const flat = await measuredAt(folder, {}, 1);
      const pooled = await measuredAt(folder, { form: "pooled" }, 1);
      const [size, channels] = [flat.cloud.size, 3];
      assert.deepEqual([size, pooled.cloud.size], [48, channels]);
      pooled.cloud.features.forEach((value, at) => {
        const [row, channel] = [Math.floor(at / channels), at % channels];
        const places = Array.from({ length: 16 }, (_, place) => {
          return flat.cloud.features[row * size + place * channels + channel]!;
        });
        assertClose(value, places.reduce((sum, part) => sum + part, 0) / 16, 1e-6);
      });
      twoPass(pooled.cloud).variances.forEach((variance, label) => {
        assertClose(pooled.train.variances[label]!, variance, 1e-9);
      });
      // The classifier sees the pooled layer either way.
      const [one, other] = [flat.train.classifier!, pooled.train.classifier!];
      Array.from(one.products).forEach((product, at) => assert.ok(Math.abs(product - other.products[at]!) < 1e-5));
    },
    { kind: "convnet", depth: 1, width: 3, halvings: 0 },
  ));

Deno.test("features measures the train images augmented where it is told, drawn by a seed", () =>
  inStudy(async (folder) => {
    const usual = await measuredAt(folder, {});
    const still = await measuredAt(folder, { augmentation: { pad: 0, flip: false } });
    assert.deepEqual(still, usual);
    const varied = await measuredAt(folder, { augmentation: { pad: 1 } });
    assert.deepEqual(await measuredAt(folder, { augmentation: { pad: 1 } }), varied);
    const other = await measuredAt(folder, { augmentation: { pad: 1, seed: 1 } });
    assert.notDeepEqual(varied.train.variances, usual.train.variances);
    assert.notDeepEqual(varied.train.variances, other.train.variances);
    assert.deepEqual(varied.test.variances, usual.test.variances);
    twoPass(varied.cloud).variances.forEach((variance, label) => {
      assertClose(varied.train.variances[label]!, variance, 1e-9);
    });
  }));

Deno.test("features measures a sample of each class where one is asked for", () =>
  inStudy(async (folder) => {
    await measure(folder, { samples: { each: 9 } });
    const { rows } = await readStatistics(join(folder, "statistics.safetensors"));
    for (const { counts } of rows) assert.deepEqual([...Array.from(counts)], [9, 9, 9]);
  }));

Deno.test("features rejects what it cannot save, and snapshots of another data set", () =>
  inStudy(async (folder) => {
    await assert.rejects(measure(folder, { save: [{ epoch: 1, layer: 1 }] }), {
      message: "save names epoch 1, which has no snapshot; there are 0, 2",
    });
    await assert.rejects(measure(folder, { save: [{ epoch: 2, layer: 3 }] }), {
      message: "save names layer 3; the network has 2",
    });
    await assert.rejects(measure(folder, { save: [{ epoch: 2, layer: 1 }, { epoch: 2, layer: 2 }] }, 2000), {
      message: "save names 25.6 kB of features of epoch 2, and there is room for 1.00 kB in memory; " +
        "name narrower layers or fewer of an epoch, or grant more by resources.memory",
    });
    await assert.rejects(measure(folder, { save: [] }), {
      message: "The out `embeddings` and the parameter `save` go together: give both, or neither",
    });
    await writeDataset(join(folder, "dataset"), { ...clusters(), name: "others" });
    await assert.rejects(measure(folder), {
      message: `${folder}/snapshots/epoch-0000.safetensors: trained on clusters (3 classes, images 4 x 4 x 1), ` +
        "but the dep dataset is others (3 classes, images 4 x 4 x 1)",
    });
  }));

Deno.test("cdnv makes both tables of the statistics", () =>
  inStudy(async (folder) => {
    await measure(folder);
    await cdnv.run({
      ...surroundings,
      with: cdnv.parameters.parse({}),
      deps: { statistics: join(folder, "statistics.safetensors") },
      outs: {
        cdnv: join(folder, "cdnv.csv"),
        depth: join(folder, "effective_depth.csv"),
        collapse: join(folder, "neural_collapse.csv"),
        curve: join(folder, "depth_curve.csv"),
      },
    });
    const rows = await readTable(join(folder, "cdnv.csv"));
    assert.deepEqual(Object.keys(rows[0]!), [
      ...["dataset", "model", "depth", "width", "seed", "label_noise", "variant", "epoch", "layer", "split"],
      ...[
        "cdnv",
        "cdnv_median",
        "cdnv_max",
        "cdnv_corrected",
        "degenerate_pairs",
        "ncc_accuracy",
        "ncc_agreement",
        "uncorrected_pairs",
      ],
      ...[
        "cdnv_published",
        "cdnv_published_error",
        "examples",
        "classes",
        "missing_classes",
        "single_classes",
        "least_examples",
      ],
      "most_examples",
    ]);
    assert.equal(rows.length, 8);
    const [before, after] = [0, 2].map((epoch) =>
      rows.find((row) => row.epoch === epoch && row.layer === 2 && row.split === "train")!.cdnv as number
    );
    assert.ok(after! < before!);
    const depth = await readTable(join(folder, "effective_depth.csv"));
    assert.deepEqual(Object.keys(depth[0]!), [
      ...[
        "dataset",
        "model",
        "depth",
        "width",
        "seed",
        "label_noise",
        "variant",
        "epoch",
        "definition",
        "layer",
        "value",
      ],
      ...["threshold", "ratio", "effective_depth"],
    ]);
    assert.equal(depth.length, 8);
    const collapse = await readTable(join(folder, "neural_collapse.csv"));
    assert.deepEqual(
      collapse.map((row) => row.nc3_duality_distance === null),
      [0, 2].flatMap(() => {
        return [true, true, false, false];
      }),
    );
    const dual = (epoch: number) =>
      collapse.find((row) => row.epoch === epoch && row.layer === 2 && row.split === "train")!.nc3_duality_distance;
    assert.ok(Number(dual(2)) < Number(dual(0)));
    assert.equal((await readTable(join(folder, "depth_curve.csv"))).length, 2 * (13 + 10));
  }));
