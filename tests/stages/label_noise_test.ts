import assert from "node:assert/strict";
import { readStatistics } from "../../lib/collapse/statistics.ts";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { readTable } from "../../lib/formats/table.ts";
import { noisyLabels } from "../../lib/nn/label_noise.ts";
import { readSnapshot } from "../../lib/nn/snapshot.ts";
import features from "../../stages/features.ts";
import probe from "../../stages/probe.ts";
import train from "../../stages/train.ts";
import { clusters } from "../nn/clusters.ts";

const surroundings = {
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
  progress: () => {},
  signal: new AbortController().signal,
};
const dataset = clusters();
const noise = { share: 0.6, kind: "symmetric", seed: 5 } as const;

/** The stages on a network that learned noisy labels, in a folder of its own. */
async function inStudy(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(`${folder}/dataset`, dataset);
    await Deno.mkdir(`${folder}/state`);
    await train.run({
      ...surroundings,
      with: train.parameters.parse({
        model: { kind: "mlp", depth: 2, width: 8 },
        optimizer: { lr: 0.05 },
        labelNoise: noise,
        epochs: 2,
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

const deps = (folder: string) => ({ dataset: `${folder}/dataset`, snapshots: `${folder}/snapshots` });

function countsOf(labels: Uint8Array): number[] {
  return dataset.classes.map((_, label) => labels.filter((found) => found === label).length);
}

Deno.test("features measures by the labels that the network was trained on, or by the true ones", () =>
  inStudy(async (folder) => {
    assert.deepEqual((await readSnapshot(`${folder}/snapshots/epoch-0002.safetensors`)).labelNoise, noise);
    const last = (await readTable(`${folder}/history.csv`)).at(-1)!;
    const noisy = noisyLabels(dataset.train.labels, dataset.classes.length, noise);
    const expected = { trained: countsOf(noisy), clean: countsOf(dataset.train.labels) };
    const right: Record<string, number> = {};
    for (const labels of ["trained", "clean"] as const) {
      await features.run({
        ...surroundings,
        with: features.parameters.parse({ runtime: "cpu", labels }),
        deps: deps(folder),
        outs: { statistics: `${folder}/statistics.safetensors` },
      });
      const { rows } = await readStatistics(`${folder}/statistics.safetensors`);
      const [trainRow, testRow] = ["train", "test"].map((split) =>
        rows.find((row) => row.epoch === 2 && row.layer === 2 && row.split === split)!
      );
      assert.deepEqual(Array.from(trainRow!.counts), expected[labels]);
      assert.deepEqual(Array.from(testRow!.counts), countsOf(dataset.test.labels));
      right[labels] = trainRow!.networkCorrect / 300;
    }
    assert.equal(last.label_noise, noise.share);
    assert.ok(Math.abs(right.trained! - Number(last.train_accuracy)) < 1e-12);
    assert.notEqual(right.clean, right.trained);
  }));

Deno.test("probe learns the labels that the network was trained on, or the true ones", () =>
  inStudy(async (folder) => {
    const accuracies: Record<string, number> = {};
    for (const labels of ["trained", "clean"]) {
      await probe.run({
        ...surroundings,
        with: probe.parameters.parse({ runtime: "cpu", labels, epochs: [0], sgd: { lr: 0.05, batch: 32, epochs: 4 } }),
        deps: deps(folder),
        outs: { probe: `${folder}/probe.csv` },
      });
      const rows = await readTable(`${folder}/probe.csv`);
      accuracies[labels] = Number(rows.find(({ layer, kind }) => layer === 1 && kind === "converged")!.train_accuracy);
    }
    // The clusters are apart, most noisy labels within one are not.
    assert.equal(accuracies.clean, 1);
    assert.ok(accuracies.trained! < 0.8, `${accuracies.trained}`);
  }));
