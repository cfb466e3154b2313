import assert from "node:assert/strict";
import type { Row } from "../../../lib/formats/table.ts";
import { layersTables } from "../../../lib/figures/report/report_tables.ts";
import { layerColumns, layerRows, summaryRows } from "../../../lib/figures/study/summary.ts";
import { sampleStudy } from "../sample_study.ts";
import type { SampleTables } from "../sample_tables.ts";

/** Sets the train accuracy after the last of two epochs, by depth. */
function withAccuracies(accuracies: Record<number, number>): (tables: SampleTables) => void {
  return ({ history }) => {
    for (const row of history) if (row.epoch === 2) row.train_accuracy = accuracies[Number(row.depth)]!;
  };
}

async function minimal(accuracies: Record<number, number>): Promise<Record<string, Row[string]>[]> {
  const depths = Object.keys(accuracies).map(Number);
  const rows = summaryRows(await sampleStudy({ depths, epochs: 2 }, withAccuracies(accuracies)));
  return rows.map((row) => ({
    interpolates: row.interpolates,
    minimal: row.minimal_depth,
    best: row.minimal_depth_of_best,
  }));
}

Deno.test("the minimal depth is the least that interpolates, or comes within 0.001 of the best", async () => {
  assert.deepEqual(await minimal({ 2: 0.998, 4: 0.999, 8: 1 }), [
    { interpolates: "false", minimal: 4, best: 4 },
    { interpolates: "true", minimal: 4, best: 4 },
    { interpolates: "true", minimal: 4, best: 4 },
  ]);
  assert.deepEqual(await minimal({ 2: 0.95, 4: 0.97 }), [
    { interpolates: "false", minimal: null, best: 4 },
    { interpolates: "false", minimal: null, best: 4 },
  ]);
});

Deno.test("depths are compared within a data set and a seed only", async () => {
  const study = await sampleStudy({ datasets: ["mnist", "cifar-10"], depths: [2, 4], epochs: 2 }, ({ history }) => {
    for (const row of history) {
      if (row.epoch === 2) row.train_accuracy = row.dataset === "mnist" || row.depth === 4 ? 1 : 0.5;
    }
  });
  const rows = summaryRows(study).map((row) => [row.dataset, row.depth, row.minimal_depth]);
  assert.deepEqual(rows, [["mnist", 2, 2], ["mnist", 4, 2], ["cifar-10", 2, 4], ["cifar-10", 4, 4]]);
});

Deno.test("the summary takes the last layer at the last epoch, beside the untrained network", async () => {
  const study = await sampleStudy({ depths: [4], epochs: 3 });
  const at = (epoch: number, split: string) =>
    study.cdnv.find((row) => row.layer === 4 && row.epoch === epoch && row.split === split)!.cdnv;
  const [row] = summaryRows(study);
  assert.equal(row!.last_layer_cdnv, at(3, "train"));
  assert.equal(row!.last_layer_cdnv_untrained, at(0, "train"));
  assert.equal(row!.last_layer_test_cdnv, at(3, "test"));
  assert.equal(
    row!.effective_depth_cdnv,
    study.depth.find((r) => r.epoch === 3 && r.definition === "cdnv")!.effectiveDepth,
  );
});

Deno.test("a network without a history has no accuracies, and no minimal depth", async () => {
  const [row] = summaryRows({ ...await sampleStudy({ depths: [4], epochs: 1 }), history: [] });
  assert.deepEqual(
    [row!.epochs, row!.train_accuracy, row!.interpolates, row!.minimal_depth, row!.minimal_depth_of_best],
    [null, null, null, null, null],
  );
  assert.notEqual(row!.last_layer_cdnv, null);
});

Deno.test("layers have a row each, with what was measured on them last", async () => {
  const study = await sampleStudy({ depths: [2, 4], epochs: 3, probes: [0, 2] });
  const rows = layerRows(study);
  assert.deepEqual(rows.map((row) => [row.depth, row.layer]), [[2, 1], [2, 2], [4, 1], [4, 2], [4, 3], [4, 4]]);
  assert.deepEqual([...new Set(rows.map((row) => `${row.epoch} ${row.probe_epoch}`))], ["3 2"]);
  const probe = study.probe.find((row) =>
    row.depth === 4 && row.layer === 2 && row.epoch === 2 && row.kind === "converged"
  )!;
  assert.equal(rows[3]!.probe_converged_test_accuracy, probe.testAccuracy);
  assert.equal(rows[3]!.probe_form, "flattened");
});

Deno.test("layers have the parts of neural collapse, and the report a table of those that there are", async () => {
  const study = await sampleStudy({ depths: [2], epochs: 3 }, ({ cdnv }) => {
    for (const row of cdnv) Object.assign(row, { cdnv_corrected: 0.5, degenerate_pairs: row.split === "test" ? 3 : 0 });
  });
  const rows = layerRows(study);
  for (const row of rows) assert.deepEqual(Object.keys(row), [...layerColumns]);
  const [first, last] = rows;
  assert.deepEqual([last!.cdnv_corrected_train, last!.degenerate_pairs_train, last!.degenerate_pairs_test], [
    0.5,
    0,
    3,
  ]);
  const collapse = study.collapse.find((row) => row.epoch === 3 && row.layer === 2 && row.split === "test")!;
  assert.equal(last!.nc1_test, collapse.values.nc1);
  assert.deepEqual([first!.nc3_duality_distance_train, last!.nc3_duality_distance_test], [
    null,
    collapse.values.nc3_duality_distance,
  ]);
  const agreement = study.cdnv.find((row) => row.epoch === 3 && row.layer === 2 && row.split === "train")!.nccAgreement;
  assert.equal(last!.ncc_train_agreement, agreement);

  const heading = (name: string) => `<th scope="col">${name}<br>`;
  const all = layersTables(study).markup;
  const [ridge, nc2, nc4] = ["Ridge,", "NC2,", "NC4,"].map(heading);
  assert.ok([ridge, nc2, nc4].every((text) => all.includes(text!)));
  assert.ok(all.includes(`<td>${(1 - agreement!).toFixed(4)}</td>`));
  const without = layersTables({ ...study, collapse: [] }).markup;
  assert.ok(!without.includes(nc2!) && without.includes(nc4!));
});

Deno.test("layers say where probes to convergence saw the mean over the image", async () => {
  const study = await sampleStudy({ depths: [2], epochs: 3 }, ({ probe }) => {
    for (const row of probe) row.form = row.layer === 1 && row.kind === "converged" ? "pooled" : "flattened";
  });
  assert.deepEqual(layerRows(study).map((row) => row.probe_form), ["pooled", "flattened"]);
  assert.match(layersTables(study).markup, /Converged and ridge probes see the mean over the image of layer 1\./);
});

Deno.test("layers say how many classes have no images, and the report where any has none", async () => {
  const whole = await sampleStudy({ depths: [2], epochs: 1 });
  const holed = await sampleStudy({ depths: [2], epochs: 1 }, ({ cdnv }) => {
    for (const row of cdnv) row.missing_classes = row.split === "test" ? 3 : 0;
  });
  const counts = layerRows(holed).map((row) => [row.missing_classes_train, row.missing_classes_test]);
  assert.deepEqual(counts, [[0, 3], [0, 3]]);
  assert.match(layersTables(holed).markup, /Classes without images: 3 of the test set\./);
  assert.doesNotMatch(layersTables(whole).markup, /without images/);
});
