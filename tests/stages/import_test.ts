import assert from "node:assert/strict";
import { OnnxGraph } from "../../lib/compile/onnx/model.ts";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import { encodeOnnxModel } from "../../lib/nn/onnx_model.ts";
import {
  listSnapshots,
  modelOf,
  readSnapshot,
  type Snapshot,
  snapshotName,
  writeSnapshot,
} from "../../lib/nn/snapshot.ts";
import { encodeStateDict } from "../../lib/nn/state_dict.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import exportStage from "../../stages/export.ts";
import importStage from "../../stages/import.ts";
import { clusters } from "../nn/clusters.ts";

const rest = {
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
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
      message: `${weights}: does not say which network it is of; give its \`model\``,
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
        message: `${weights}: an ONNX model of the stage export says its seed itself; leave it away`,
      });
      await assert.rejects(imported({}), {
        message: `${weights}: trained on mnist (3 classes, images 4 x 4 x 1), but the dep dataset is clusters ` +
          "(3 classes, images 4 x 4 x 1)",
      });
      // A model without anything: an empty graph.
      await Deno.writeFile(weights, Uint8Array.of(7 << 3 | 2, 0));
      await assert.rejects(imported({}), {
        message: `${weights}: does not say which network it is of; give its \`model\``,
      });
    },
  ));

/** Constants as torch.onnx.export writes those of a perceptron with batch norm, of two hidden layers of two units. */
function foreignModel(
  product: "transB" | "MatMul",
  leave: readonly string[] = [],
): { bytes: Uint8Array; variables: Record<string, readonly number[]> } {
  const graph = new OnnxGraph("n");
  const add = (name: string, values: readonly number[], shape: readonly number[]) => {
    if (!leave.includes(name)) graph.namedConstant(name, "float32", Float32Array.from(values), shape);
  };
  const sixteen = Array.from({ length: 32 }, (_, index) => index / 32);
  add("layers.0.weight", sixteen, [2, 16]);
  // As [out, in], or as the matrix product takes it.
  add("layers.1.weight", product === "transB" ? [1, 2, 3, 4] : [1, 3, 2, 4], [2, 2]);
  add("output.weight", [1, 2, 3, 4, 5, 6], [3, 2]);
  add("output.bias", [7, 8, 9], [3]);
  for (const norm of [0, 1]) {
    add(`norms.${norm}.weight`, [1 + norm, 2], [2]);
    add(`norms.${norm}.bias`, [3, 4 + norm], [2]);
    add(`norms.${norm}.running_var`, [5, 6 + norm], [2]);
  }
  add("norms.0.running_mean", [0.5, 0.25], [2]);
  graph.namedConstant("val_3", "int64", BigInt64Array.of(-1n, 16n), [2]);
  graph.addNamed("Gemm", ["x", "layers.0.weight"], ["a"], { transB: 1 });
  if (product === "transB") graph.addNamed("Gemm", ["a", "layers.1.weight"], ["b"], { transB: 1 });
  else graph.addNamed("MatMul", ["a", "layers.1.weight"], ["b"]);
  graph.addNamed("Identity", ["norms.0.running_mean"], ["norms.1.running_mean"]);
  graph.addNamed("Gemm", ["b", "output.weight", "output.bias"], ["logits"], { transB: 1 });
  graph.output("logits", "float32", [1, 3]);
  return {
    bytes: graph.model({}),
    variables: {
      "parameters/2.weight": [1, 3, 2, 4],
      "parameters/output.weight": [1, 3, 5, 2, 4, 6],
      "parameters/output.bias": [7, 8, 9],
      "parameters/2.scale": [2, 2],
      "statistics/1.mean": [0.5, 0.25],
      "statistics/2.mean": [0.5, 0.25],
      "statistics/2.variance": [5, 7],
    },
  };
}

for (const product of ["transB", "MatMul"] as const) {
  Deno.test(`import takes an ONNX model of another program with the names of a state_dict, weights by ${product}`, () =>
    exported(snapshotOf({ kind: "mlp", depth: 2, width: 2 }), "onnx", async (weights, imported) => {
      const { bytes, variables } = foreignModel(product);
      await Deno.writeFile(weights, bytes);
      const snapshot = await imported({ model: { kind: "mlp", depth: 2, width: 2 }, epoch: 3 });
      for (const [name, values] of Object.entries(variables)) {
        assert.deepEqual(Array.from(snapshot.variables[name]!), values, name);
      }
      assert.deepEqual(
        snapshot.variables["parameters/1.weight"]!.slice(0, 4),
        Float32Array.of(0, 0.5, 1 / 32, 17 / 32),
      );
      assert.equal(snapshot.epoch, 3);
    }));
}

Deno.test("import refuses an ONNX model whose batch norm was folded away, and says how to write it", () =>
  exported(snapshotOf({ kind: "mlp", depth: 2, width: 2 }), "onnx", async (weights, imported) => {
    await Deno.writeFile(weights, foreignModel("transB", ["norms.0.weight"]).bytes);
    await assert.rejects(imported({ model: { kind: "mlp", depth: 2, width: 2 } }), (error: Error) => {
      assert.ok(error.message.startsWith(`${weights}: no tensor named "norms.0.weight"; found `), error.message);
      assert.match(error.message, /optimize=False, external_data=False\), or save a state_dict as safetensors$/);
      return true;
    });
  }));

Deno.test("import puts the weights from before training in as epoch 0, beside those after it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(`${folder}/dataset`, clusters());
    const trained = snapshotOf({ kind: "mlp", depth: 2, width: 4 });
    const variables = initialVariables(modelOf(trained), 9);
    const deps = {
      weights: `${folder}/after.safetensors`,
      untrained: `${folder}/before.safetensors`,
      dataset: `${folder}/dataset`,
    };
    await Deno.writeFile(deps.weights, encodeStateDict(trained, trained.variables));
    await Deno.writeFile(deps.untrained, encodeStateDict(trained, variables));
    const run = async (given: object, out: string) => {
      await importStage.run({
        with: importStage.parameters.parse(given),
        deps,
        outs: { snapshots: `${folder}/${out}` },
        ...rest,
      });
    };
    const { model } = trained;
    await run({ model, epoch: 7 }, "both");
    const [before, after] = await Promise.all(
      (await listSnapshots(`${folder}/both`)).map(({ path }) => readSnapshot(path)),
    );
    assert.deepEqual([before!.epoch, after!.epoch], [0, 7]);
    assert.deepEqual([before!.variables, after!.variables], [variables, trained.variables]);
    await assert.rejects(run({ model, epoch: 0 }, "none"), {
      message: "`epoch` is 0, but `untrained` names other weights before training",
    });
    deps.untrained = `${folder}/before.onnx`;
    await Deno.writeFile(deps.untrained, encodeOnnxModel(trained, { layers: false }));
    deps.weights = deps.untrained;
    await assert.rejects(run({}, "none"), {
      message: `${deps.untrained}: after epoch 7, where the network before training is expected`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
