import assert from "node:assert/strict";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import { modelOf, readSnapshot, type Snapshot, snapshotName, writeSnapshot } from "../../lib/nn/snapshot.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import exportStage from "../../stages/export.ts";
import importStage from "../../stages/import.ts";
import { clusters } from "../nn/clusters.ts";

const rest = {
  resources: { cpus: 1, gpus: 0, memory: 0 },
  progress: () => {},
  signal: new AbortController().signal,
};

function snapshotOf(model: object): Snapshot {
  const network = { model: modelParameter.parse(model), input: [4, 4, 1] as const, classes: 3 };
  const variables = initialVariables(modelOf(network), 5);
  const normalisation = { mean: [0.25], deviation: [0.125] };
  const labelNoise = { share: 0.5, kind: "uniform", seed: 1 } as const;
  return { dataset: "clusters", ...network, normalisation, seed: 5, labelNoise, epoch: 7, variables };
}

/** Exports a snapshot, in a folder with the data set, and lets the test import it. */
async function exported(
  snapshot: Snapshot,
  format: "onnx" | "pytorch",
  test: (weights: string, imported: (given: object) => Promise<Snapshot>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(`${folder}/dataset`, clusters());
    await Deno.mkdir(`${folder}/snapshots`);
    await writeSnapshot(`${folder}/snapshots/${snapshotName(snapshot.epoch)}`, snapshot);
    const weights = `${folder}/${format === "onnx" ? "model.onnx" : "model.safetensors"}`;
    const parameters = exportStage.parameters.parse({ format, layers: true });
    await exportStage.run({
      with: parameters,
      deps: { snapshots: `${folder}/snapshots` },
      outs: { model: weights },
      ...rest,
    });
    await test(weights, async (given) => {
      await importStage.run({
        with: importStage.parameters.parse(given),
        deps: { weights, dataset: `${folder}/dataset` },
        outs: { snapshots: `${folder}/imported` },
        ...rest,
      });
      const [{ name }] = [...Deno.readDirSync(`${folder}/imported`)] as [Deno.DirEntry];
      return await readSnapshot(`${folder}/imported/${name}`);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (
  const model of [
    { kind: "mlp", depth: 3, width: 5 },
    { kind: "mlp", depth: 1, width: 3, batchNorm: false },
    { kind: "convnet", depth: 2, width: 3 },
    { kind: "resnet18", width: 2 },
  ]
) {
  Deno.test(`import gives back the snapshot that export made an ONNX model of: ${JSON.stringify(model)}`, () => {
    const snapshot = snapshotOf(model);
    return exported(snapshot, "onnx", async (_, imported) => assert.deepEqual(await imported({}), snapshot));
  });
}

Deno.test("import takes a state_dict with what it does not say: the network, its normalisation, epochs, seed and variant", () => {
  const snapshot = snapshotOf({ kind: "mlp", depth: 2, width: 4 });
  const { model, normalisation, epoch, seed } = snapshot;
  return exported(snapshot, "pytorch", async (weights, imported) => {
    const { labelNoise: _, ...expected } = snapshot;
    await assert.rejects(imported({}), {
      message: `${weights}: a state_dict does not say which network it is of; give its \`model\``,
    });
    const two = { mean: [0, 0], deviation: [1, 1] };
    await assert.rejects(imported({ model, normalisation: two }), {
      message: "normalisation has 2 means and 2 deviations, but images of clusters have 1 channels",
    });
    const given = { model, normalisation, epoch, seed, variant: "Adam" };
    assert.deepEqual(await imported(given), { ...expected, variant: "Adam" });
  });
});

Deno.test("import refuses an ONNX model that is told what it says itself, is of other images, or of another program", () =>
  exported(
    { ...snapshotOf({ kind: "mlp", depth: 1, width: 4 }), dataset: "mnist" },
    "onnx",
    async (weights, imported) => {
      await assert.rejects(imported({ seed: 3 }), {
        message: `${weights}: an ONNX model says its seed itself; leave it away`,
      });
      await assert.rejects(imported({}), {
        message: `${weights}: trained on mnist (3 classes, images 4 x 4 x 1), but the dep dataset is clusters ` +
          "(3 classes, images 4 x 4 x 1)",
      });
      // A model without anything: an empty graph.
      await Deno.writeFile(weights, Uint8Array.of(7 << 3 | 2, 0));
      await assert.rejects(imported({}), {
        message: `${weights}: not written by the stage export, so what its weights belong to is not known; ` +
          "save them as a state_dict in a safetensors file instead",
      });
    },
  ));
