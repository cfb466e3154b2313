import assert from "node:assert/strict";
import { classPairTable } from "../../lib/collapse/class_pairs.ts";
import { cdnv } from "../../lib/collapse/cdnv.ts";
import { LayerMeasurement } from "../../lib/collapse/measurement.ts";
import type { NetworkStatistics } from "../../lib/collapse/statistics.ts";
import { Random } from "../../lib/nn/random.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { cloudNetwork, cloudSets } from "./clouds.ts";

/** Statistics of one layer of width 6 after epochs 0, 1 and 2, on the same examples for both sets. */
async function statisticsOf(labels: Uint8Array, features: Float32Array): Promise<NetworkStatistics> {
  const classes = 4;
  const layers = [{ features, labels, size: 6, classes }];
  const measurement = new LayerMeasurement(cloudNetwork(layers), { runtime: cpuRuntime, threads: 1, batch: 32 });
  try {
    const sets = cloudSets(layers, labels.length, new Float32Array(labels.length * classes));
    const measured = await measurement.measure({ sets: { ...sets, test: sets.train } });
    const rows = [0, 1, 2].flatMap((epoch) => measured.map((row) => ({ epoch, ...row })));
    return { identity: { dataset: "made up", seed: 0 }, classes, rows };
  } finally {
    await measurement.dispose();
  }
}

function randomFeatures(count: number): Float32Array {
  const random = new Random(5, "features");
  return Float32Array.from({ length: count * 6 }, () => random.normal());
}

Deno.test("classPairTable() has the pairs before training and after, whose mean is CDNV and whose cosines are of centred means", async () => {
  const labels = Uint8Array.from({ length: 80 }, (_, row) => row % 4);
  const features = randomFeatures(80);
  const statistics = await statisticsOf(labels, features);
  const { rows } = classPairTable(statistics);
  assert.deepEqual([...new Set(rows.map(({ epoch }) => epoch))], [0, 2]);
  assert.equal(rows.length, 12);

  const last = rows.filter(({ epoch }) => epoch === 2);
  const mean = last.reduce((sum, { pair_cdnv }) => sum + Number(pair_cdnv), 0) / 6;
  const whole = cdnv(statistics.rows.find(({ epoch, split }) => epoch === 2 && split === "train")!).mean!;
  assert.ok(Math.abs(mean / whole - 1) < 1e-12);

  const means = [0, 1, 2, 3].map((label) =>
    Array.from({ length: 6 }, (_, at) => {
      const own = [...labels.keys()].filter((row) => labels[row] === label);
      return own.reduce((sum, row) => sum + features[row * 6 + at]!, 0) / own.length;
    })
  );
  const centred = means.map((own) => own.map((value, at) => value - means.reduce((sum, one) => sum + one[at]!, 0) / 4));
  const dot = (i: number, j: number) => centred[i]!.reduce((sum, value, at) => sum + value * centred[j]![at]!, 0);
  for (
    const { class: i, other_class: j, pair_cosine: cosine } of last as unknown as Record<
      "class" | "other_class" | "pair_cosine",
      number
    >[]
  ) {
    assert.ok(Math.abs(cosine - dot(i, j) / Math.sqrt(dot(i, i) * dot(j, j))) < 1e-10);
  }
});

Deno.test("classPairTable() leaves the cells of a missing class and of coinciding means empty", async () => {
  const labels = Uint8Array.from({ length: 60 }, (_, row) => row % 3);
  const features = new Float32Array(60 * 6);
  // Classes 0 and 1 have one mean; class 3 has no examples.
  labels.forEach((label, row) => features[row * 6] = label === 2 ? 5 : 1);
  const { rows } = classPairTable(await statisticsOf(labels, features));
  const cells = Object.fromEntries(
    rows.filter(({ epoch }) => epoch === 2).map((row) => [`${row.class}${row.other_class}`, row]),
  );
  assert.equal(cells["01"]!.pair_cdnv, null);
  assert.equal(cells["02"]!.pair_cdnv, 0);
  for (const pair of ["03", "13", "23"]) {
    assert.deepEqual([cells[pair]!.pair_cdnv, cells[pair]!.pair_cosine], [null, null]);
  }
});
