import assert from "node:assert/strict";
import { geometricInterval, meanInterval, ratioInterval } from "../../../lib/figures/study/intervals.ts";
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
  // Two sets and eight quantities a layer, NC3 in two ways of the last, and four of the network.
  assert.equal(rows.length, (2 + 4) * 2 * 8 + 2 * 2 * 2 + 2 * 4);
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
  const cdnv = within.filter((row) => row.quantity === "cdnv");
  assert.equal(within.length, cdnv.length * 8);
  assert.deepEqual(cdnv.map((row) => [row.depth, row.layer, row.other_layer, row.split]), [
    ...["train", "test"].map((split) => [2, 1, 2, split]),
    ...[1, 2, 3].flatMap((layer) => ["train", "test"].map((split) => [4, layer, 4, split])),
  ]);
  const across = rows.filter((row) => row.other_depth !== row.depth);
  assert.deepEqual(new Set(across.map((row) => `${row.depth} ${row.other_depth}`)), new Set(["2 4"]));
  assert.deepEqual(
    [...new Set(across.map(({ quantity, scale }) => `${quantity} ${scale}`))].map((text) => text.split(" ")),
    [
      ...[["cdnv", "ratio"], ["ncc_accuracy", "difference"], ["nc1", "ratio"]],
      ...["nc2_norm_variation", "nc2_cosine_deviation", "nc2_etf_distance"].map((name) => [name, "difference"]),
      ...["nc3_duality_distance", "nc3_etf_distance"].map((name) => [name, "difference"]),
      ...["probe_sgd_accuracy", "probe_converged_accuracy"].map((name) => [name, "difference"]),
      ...["train_accuracy", "test_accuracy", "effective_depth_cdnv", "effective_depth_ncc"].map((name) => [
        name,
        "difference",
      ]),
    ],
  );
  const values = (layer: number) =>
    [0, 1, 2].map((seed) => {
      return study.cdnv.find((row) =>
        row.depth === 4 && row.layer === layer && row.seed === seed && row.split === "train" && row.epoch === 3
      )!.cdnv;
    });
  const found = within.find((row) =>
    row.depth === 4 && row.layer === 1 && row.split === "train" && row.quantity === "cdnv"
  )!;
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
  const none = comparisonRows(study).filter(({ quantity }) => quantity === "cdnv").map((row) => row.estimate);
  assert.deepEqual(none, [null, null]);
});

Deno.test("comparisonRows() pairs networks with the one of the next share of label noise, layer by layer", async () => {
  const study = await sampleStudy({ depths: [2, 4], noises: [0, 0.25, 0.5], seeds: [0, 1, 2], epochs: 2 });
  const rows = comparisonRows(study).filter((row) => row.other_label_noise !== row.label_noise);
  assert.deepEqual(
    new Set(rows.map((row) => [row.depth, row.other_depth, row.label_noise, row.other_label_noise].join(" "))),
    new Set(["2 2 0 0.25", "2 2 0.25 0.5", "4 4 0 0.25", "4 4 0.25 0.5"]),
  );
  assert.ok(rows.every((row) => row.layer === row.other_layer));
  const found = rows.find((row) =>
    row.depth === 4 && row.label_noise === 0.25 && row.layer === 3 && row.split === "test" && row.quantity === "nc1"
  )!;
  const values = (labelNoise: number) =>
    study.collapse
      .filter((row) => row.depth === 4 && row.labelNoise === labelNoise && row.layer === 3 && row.epoch === 2)
      .filter((row) => row.split === "test").map((row) => row.values.nc1);
  const { estimate, low, high } = ratioInterval(values(0.25), values(0.5))!;
  assert.deepEqual([found.scale, found.seeds, found.estimate, found.low, found.high], [
    "ratio",
    3,
    estimate,
    low,
    high,
  ]);
});

Deno.test("intervalRows() has the probes of each kind, and NC3 of the last layer alone", async () => {
  const study = await sampleStudy({ depths: [3], seeds: [0, 1], epochs: 2 }, ({ probe }) => {
    for (const row of probe) if (row.kind === "converged") row.kind = "ridge";
  });
  const rows = intervalRows(study);
  const layersOf = (quantity: string) =>
    rows.filter((row) => row.quantity === quantity && row.split === "train").map((row) => row.layer);
  assert.deepEqual([layersOf("probe_sgd_accuracy"), layersOf("probe_ridge_accuracy")], [[1, 2, 3], [1, 2, 3]]);
  assert.deepEqual([layersOf("probe_converged_accuracy"), layersOf("nc3_duality_distance")], [[], [3]]);
  const probed = study.probe.filter((row) => row.layer === 2 && row.kind === "ridge").map((row) => row.testAccuracy);
  const found = rows.find((row) => row.quantity === "probe_ridge_accuracy" && row.layer === 2 && row.split === "test")!;
  assert.equal(found.estimate, meanInterval(probed)!.estimate);
});
