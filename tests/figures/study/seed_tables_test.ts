import assert from "node:assert/strict";
import { geometricInterval, ratioInterval } from "../../../lib/figures/study/intervals.ts";
import {
  comparisonColumns,
  comparisonRows,
  intervalColumns,
  intervalRows,
} from "../../../lib/figures/study/seed_tables.ts";
import { sampleStudy } from "../sample_study.ts";

Deno.test("intervalRows() gives the mean of each quantity over seeds at the last epoch", async () => {
  const study = await sampleStudy({ depths: [2, 4], seeds: [0, 1, 2], epochs: 3 });
  const rows = intervalRows(study);
  for (const row of rows) assert.deepEqual(Object.keys(row), [...intervalColumns]);
  // Two sets and two quantities a layer, and four of the network.
  assert.equal(rows.length, (2 + 4) * 4 + 2 * 4);
  const found = rows.find((row) =>
    row.depth === 4 && row.layer === 3 && row.split === "test" && row.quantity === "cdnv"
  )!;
  const values = study.cdnv
    .filter((row) => row.depth === 4 && row.layer === 3 && row.split === "test" && row.epoch === 3)
    .map(({ cdnv }) => cdnv);
  assert.equal(values.length, 3);
  const { estimate, low, high } = geometricInterval(values)!;
  assert.deepEqual([found.seeds, found.estimate, found.low, found.high, found.confidence], [
    3,
    estimate,
    low,
    high,
    0.95,
  ]);
});

Deno.test("comparisonRows() pairs layers with the last one, and networks with the next deeper one, seed by seed", async () => {
  const study = await sampleStudy({ depths: [2, 4], seeds: [0, 1, 2], epochs: 3 });
  const rows = comparisonRows(study);
  for (const row of rows) assert.deepEqual(Object.keys(row), [...comparisonColumns]);
  const within = rows.filter((row) => row.other_depth === row.depth);
  assert.deepEqual(within.map((row) => [row.depth, row.layer, row.other_layer, row.split]), [
    ...["train", "test"].map((split) => [2, 1, 2, split]),
    ...[1, 2, 3].flatMap((layer) => ["train", "test"].map((split) => [4, layer, 4, split])),
  ]);
  const across = rows.filter((row) => row.other_depth !== row.depth);
  assert.deepEqual(new Set(across.map((row) => `${row.depth} ${row.other_depth}`)), new Set(["2 4"]));
  assert.deepEqual(across.map(({ quantity, scale }) => [quantity, scale]), [
    ...["train", "test"].flatMap(() => [["cdnv", "ratio"], ["ncc_accuracy", "difference"]]),
    ...["train_accuracy", "test_accuracy", "effective_depth_cdnv", "effective_depth_ncc"].map((name) => [
      name,
      "difference",
    ]),
  ]);
  const values = (layer: number) =>
    [0, 1, 2].map((seed) => {
      return study.cdnv.find((row) =>
        row.depth === 4 && row.layer === layer && row.seed === seed && row.split === "train" && row.epoch === 3
      )!.cdnv;
    });
  const found = within.find((row) => row.depth === 4 && row.layer === 1 && row.split === "train")!;
  const { estimate, low, high } = ratioInterval(values(1), values(4))!;
  assert.deepEqual([found.estimate, found.low, found.high], [estimate, low, high]);
});

Deno.test("intervalRows() and comparisonRows() are empty of one seed, and estimates where a seed has no value", async () => {
  const single = await sampleStudy({ depths: [2, 4], epochs: 2 });
  assert.deepEqual([intervalRows(single), comparisonRows(single)], [[], []]);
  const study = await sampleStudy({ depths: [2], seeds: [0, 1], epochs: 2 }, ({ cdnv }) => {
    for (const row of cdnv) if (row.seed === 1 && row.layer === 2 && row.epoch === 2) row.cdnv = null;
  });
  const empty = intervalRows(study).filter((row) => row.quantity === "cdnv" && row.estimate === null);
  assert.deepEqual(empty.map((row) => [row.layer, row.quantity, row.seeds]), [[2, "cdnv", 2], [2, "cdnv", 2]]);
  const none = comparisonRows(study).map((row) => row.estimate);
  assert.deepEqual(none, [null, null]);
});
