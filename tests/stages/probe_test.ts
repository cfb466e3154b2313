import assert from "node:assert/strict";
import probe from "../../stages/probe.ts";
import train from "../../stages/train.ts";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { readTable, type Row } from "../../lib/formats/table.ts";
import { clusters } from "../nn/clusters.ts";

const surroundings = {
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
  progress: () => {},
  signal: new AbortController().signal,
};

async function run(folder: string, parameters: Record<string, unknown>, signal?: AbortSignal): Promise<Row[]> {
  await probe.run({
    ...surroundings,
    signal: signal ?? surroundings.signal,
    with: probe.parameters.parse({ sgd: { lr: 0.05, batch: 32, epochs: 4 }, runtime: "cpu", ...parameters }),
    deps: { dataset: `${folder}/dataset`, snapshots: `${folder}/snapshots` },
    outs: { probe: `${folder}/probe.csv` },
  });
  return await readTable(`${folder}/probe.csv`);
}

/** A folder with a data set, and with the snapshots of a network after 0, 1 and 2 epochs. */
async function inStudy(
  test: (folder: string) => Promise<void>,
  model: object = { kind: "mlp", depth: 2, width: 8 },
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(`${folder}/dataset`, clusters());
    await Deno.mkdir(`${folder}/state`);
    await train.run({
      ...surroundings,
      with: train.parameters.parse({
        model,
        optimizer: { lr: 0.05 },
        epochs: 2,
        seed: 3,
        runtime: "cpu",
      }),
      deps: { dataset: `${folder}/dataset` },
      outs: { snapshots: `${folder}/snapshots`, history: `${folder}/history.csv` },
      state: `${folder}/state`,
    });
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the probe stage probes each layer of the last snapshot in all ways", () =>
  inStudy(async (folder) => {
    const rows = await run(folder, {});
    assert.deepEqual(Object.keys(rows[0]!), [
      "dataset",
      "model",
      "depth",
      "width",
      "seed",
      "label_noise",
      "variant",
      "epoch",
      "layer",
      "kind",
      "form",
      "train_accuracy",
      "test_accuracy",
      "train_loss",
      "iterations",
      "gradient_norm",
      "l2",
      "tolerance",
    ]);
    assert.deepEqual(
      rows.map((row) => Object.values(row).slice(0, 11)),
      ["sgd", "converged", "ridge"].flatMap((kind) => [[kind, 1], [kind, 2]]).map(([kind, layer]) => {
        return ["clusters", "mlp", 2, 8, 3, 0, "lr 0.05, no drops", 2, layer, kind, "flattened"];
      }),
    );
    for (const { kind, train_accuracy, test_accuracy, train_loss, iterations, gradient_norm, l2, tolerance } of rows) {
      assert.equal(train_accuracy, 1);
      assert.equal(test_accuracy, 1);
      assert.equal(iterations !== null, kind === "converged");
      assert.equal(gradient_norm === null, kind === "sgd");
      assert.ok(Number(gradient_norm) <= (kind === "ridge" ? 1e-12 : 1e-4));
      assert.deepEqual([l2, tolerance], [kind === "sgd" ? null : 1e-4, kind === "converged" ? 1e-4 : null]);
      assert.equal(train_loss === null, kind === "ridge");
    }
    const loss = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => Number(row.train_loss));
    loss("converged").forEach((value, layer) => assert.ok(value < loss("sgd")[layer]!));
  }));

Deno.test("the probe stage takes the mean over the image of a layer that is too wide to be probed as a whole", () =>
  inStudy(
    async (folder) => {
      const rows = await run(folder, { sgd: { lr: 1e-3 }, converged: { tolerance: 0.05 } });
      assert.deepEqual(rows.map(({ layer, kind, form }) => `${layer} ${kind} ${form}`), [
        ...["1 sgd flattened", "1 converged pooled", "1 ridge pooled"],
      ]);
      for (const { test_accuracy } of rows) assert.ok(Number(test_accuracy) > 0.8);
    },
    // 4 x 4 images: 2,560 features.
    { kind: "convnet", depth: 1, width: 160, halvings: 0 },
  ));

Deno.test("the probe stage probes layers where and in the form it is told, on augmented train images", () =>
  inStudy(
    async (folder) => {
      const sgd = { lr: 1e-3 };
      const row = async (parameters: object) =>
        (await run(folder, { converged: null, ridge: null, sgd, ...parameters }))[0]!;
      const usual = await row({});
      assert.equal((await row({ form: "pooled" })).form, "pooled");
      assert.deepEqual(await row({ layers: "after", form: "flattened", augmentation: { pad: 0, flip: false } }), usual);
      const losses = new Set([usual.train_loss]);
      const pad = 1;
      for (const point of ["before", "linear"]) losses.add((await row({ layers: point })).train_loss);
      for (const seed of [0, 1]) losses.add((await row({ augmentation: { pad, seed } })).train_loss);
      assert.equal(losses.size, 5);
    },
    { kind: "convnet", depth: 1, width: 4, halvings: 0 },
  ));

Deno.test("the probe stage leaves out the cross-entropy of probes that minimise a squared error", () =>
  inStudy(async (folder) => {
    const [row] = await run(folder, { converged: null, ridge: null, sgd: { loss: "mse", bias: false, epochs: 20 } });
    assert.equal(row!.train_loss, null);
    assert.ok(Number(row!.test_accuracy) > 0.9);
  }));

Deno.test("the probe stage probes a sample of each class where one is asked for", () =>
  inStudy(async (folder) => {
    const of = (row: Row) => `${row.kind} ${row.layer} ${row.train_loss}`;
    const once = (await run(folder, { samples: { each: 9 } })).map(of);
    assert.deepEqual((await run(folder, { samples: { each: 9 } })).map(of), once);
    assert.notDeepEqual((await run(folder, { samples: { each: 9, seed: 1 } })).map(of), once);
    // As many as there are: all.
    assert.deepEqual((await run(folder, { samples: { each: 500 } })).map(of), (await run(folder, {})).map(of));
  }));

Deno.test("the probe stage takes the snapshots that are asked for and leaves those out that are not", () =>
  inStudy(async (folder) => {
    const epochs = async (epochs: unknown) =>
      (await run(folder, { epochs, converged: null, ridge: null })).map(({ epoch, kind, layer }) =>
        `${epoch} ${kind} ${layer}`
      );
    assert.deepEqual(await epochs(["100%", 0]), ["0 sgd 1", "0 sgd 2", "2 sgd 1", "2 sgd 2"]);
    assert.equal((await epochs("all")).length, 6);
    await assert.rejects(epochs([0, 7]), {
      message: `No epoch 7 to probe: ${folder}/snapshots has no snapshot; there are 0, 1, 2`,
    });
  }));

Deno.test("the probe stage trains to convergence where it is asked to, on the last snapshot by itself", () =>
  inStudy(async (folder) => {
    const converged = async (converged: unknown) =>
      (await run(folder, { epochs: "all", converged }))
        .filter(({ kind }) => kind === "converged").map(({ epoch, layer }) => `${epoch} ${layer}`);
    assert.deepEqual(await converged({}), ["2 1", "2 2"]);
    assert.deepEqual(await converged({ epochs: [1, "100%"] }), ["1 1", "1 2", "2 1", "2 2"]);
    assert.deepEqual((await run(folder, { epochs: [0, 1] })).slice(-4).map(({ epoch, kind }) => `${epoch} ${kind}`), [
      ...["1 converged", "1 converged", "1 ridge", "1 ridge"],
    ]);
    await assert.rejects(run(folder, { epochs: [0, 1], converged: { epochs: ["100%"] } }), {
      message: "No epoch 2 to probe: converged.epochs names one that epochs does not; there are 0, 1",
    });
  }));

Deno.test("the probe stage rejects snapshots of another data set", () =>
  inStudy(async (folder) => {
    await writeDataset(`${folder}/dataset`, clusters({ classes: 4 }));
    await assert.rejects(run(folder, {}), {
      message: `${folder}/snapshots/epoch-0002.safetensors: trained on clusters (3 classes, images 4 x 4 x 1), ` +
        "but the dep dataset is clusters (4 classes, images 4 x 4 x 1)",
    });
  }));

Deno.test("the probe stage leaves the same bytes for the same seed and others for another", () =>
  inStudy(async (folder) => {
    const written = async (seed: number) => {
      await run(folder, { seed });
      return await Deno.readTextFile(`${folder}/probe.csv`);
    };
    const [one, same, other] = [await written(0), await written(0), await written(1)];
    assert.equal(one, same);
    assert.notEqual(one, other);
  }));

Deno.test("the probe stage ends early when it is aborted", () =>
  inStudy(async (folder) => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await assert.rejects(run(folder, {}, controller.signal), { message: "enough" });
  }));
