import assert from "node:assert/strict";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { readTable } from "../../lib/formats/table.ts";
import cdnv from "../../stages/cdnv.ts";
import features from "../../stages/features.ts";
import plot from "../../stages/plot.ts";
import probe from "../../stages/probe.ts";
import train from "../../stages/train.ts";
import { clusters } from "../nn/clusters.ts";

const surroundings = {
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
  progress: () => {},
  signal: new AbortController().signal,
};

/** Runs all stages on a small data set, in a folder. */
async function study(folder: string, model: object): Promise<void> {
  const at = (name: string) => `${folder}/${name}`;
  const [dataset, snapshots] = [at("dataset"), at("snapshots")];
  await writeDataset(dataset, clusters());
  await Deno.mkdir(at("state"));
  await train.run({
    ...surroundings,
    with: train.parameters.parse({ model, optimizer: { lr: 0.02 }, epochs: 3, batch: 50, runtime: "onnx" }),
    deps: { dataset },
    outs: { snapshots, history: at("history.csv") },
    state: at("state"),
  });
  const deps = { dataset, snapshots };
  await features.run({
    ...surroundings,
    with: features.parameters.parse({ runtime: "onnx" }),
    deps,
    outs: { statistics: at("statistics") },
  });
  await cdnv.run({
    ...surroundings,
    with: cdnv.parameters.parse({}),
    deps: { statistics: at("statistics") },
    outs: {
      ...{ cdnv: at("cdnv.csv"), depth: at("depth.csv") },
      ...{ collapse: at("neural_collapse.csv"), curve: at("depth_curve.csv"), pairs: at("class_pairs.csv") },
    },
  });
  await probe.run({
    ...surroundings,
    with: probe.parameters.parse({ sgd: { lr: 0.01, epochs: 3 }, converged: { tolerance: 0.1 }, runtime: "onnx" }),
    deps,
    outs: { probe: at("probe.csv") },
  });
  await plot.run({
    ...surroundings,
    with: plot.parameters.parse({}),
    deps: {
      ...{ history: [at("history.csv")], cdnv: [at("cdnv.csv")], depth: [at("depth.csv")], probe: [at("probe.csv")] },
      ...{
        collapse: [at("neural_collapse.csv")],
        curve: [at("depth_curve.csv")],
        pairs: [at("class_pairs.csv")],
      },
    },
    outs: { figures: at("figures"), tables: at("tables"), report: at("report.html") },
  });
}

for (
  const { model, name, depth } of [
    { model: { kind: "resnet18", width: 2 }, name: "ResNet18", depth: 4 },
    { model: { kind: "convnet", depth: 3, width: 2, halvings: 1 }, name: "ConvNet", depth: 3 },
  ]
) {
  Deno.test(`a ${name} goes through all stages, a layer a curve`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await study(folder, model);
      const table = (name: string) => readTable(`${folder}/tables/${name}.csv`);
      const layers = Array.from({ length: depth }, (_, index) => index + 1);
      const history = await table("history");
      const identity = { dataset: "clusters", model: model.kind, depth, width: 2, seed: 0 };
      assert.deepEqual(Object.fromEntries(Object.entries(history[0]!).slice(0, 5)), identity);
      assert.ok(Number(history.at(-1)!.train_evaluation_loss) < Number(history[0]!.train_evaluation_loss));
      const measured = (await table("cdnv")).filter(({ epoch, split }) => epoch === 3 && split === "test");
      assert.deepEqual(measured.map(({ layer }) => layer), layers);
      for (const { cdnv } of measured) assert.ok(Number(cdnv) > 0 && Number(cdnv) < Infinity);
      const probed = (await table("probe")).map(({ kind, layer }) => `${kind} ${layer}`);
      const kinds = ["converged", "ridge", "sgd"];
      assert.deepEqual(probed, kinds.flatMap((kind) => layers.map((layer) => `${kind} ${layer}`)));
      const collapsed = (await table("neural_collapse")).filter(({ epoch, split }) => epoch === 3 && split === "train");
      assert.deepEqual(
        collapsed.map((row) => row.nc3_duality_distance !== null),
        layers.map((layer) => layer === depth),
      );
      const report = await Deno.readTextFile(`${folder}/report.html`);
      assert.match(report, new RegExp(`${name} of width 2`));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
