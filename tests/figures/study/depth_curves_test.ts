import assert from "node:assert/strict";
import { comparedDepths, depthCurveColumns, depthCurveRows } from "../../../lib/figures/study/depth_curves.ts";
import type { CurveRow } from "../../../lib/figures/study/rows.ts";
import type { Study } from "../../../lib/figures/study/study.ts";

const network = { dataset: "mnist", model: "mlp", depth: 8, width: 100, seed: 0, labelNoise: 0, variant: "" };

function row(epoch: number, threshold: number, effectiveDepth: number | null, of: Partial<CurveRow> = {}): CurveRow {
  return { ...network, ...of, epoch, definition: "cdnv", threshold, effectiveDepth };
}

function studyOf(curve: readonly CurveRow[]): Study {
  return { networks: [], history: [], cdnv: [], depth: [], probe: [], pairs: [], curve, collapse: [] };
}

Deno.test("comparedDepths() stands the last epoch beside the untrained network and one trained on shuffled labels", () => {
  const study = studyOf([
    ...[row(0, 2, 7), row(0, 4, 5), row(20, 2, 4), row(20, 4, 3), row(10, 2, 6), row(10, 4, 6)],
    ...[row(0, 2, 1, { labelNoise: 1 }), row(30, 2, 7, { labelNoise: 1 }), row(30, 4, null, { labelNoise: 1 })],
    ...[row(20, 2, 5, { labelNoise: 0.5 }), row(20, 2, 1, { depth: 4 }), row(20, 2, 2, { seed: 1 })],
  ]);
  const found = comparedDepths(study).map(({ row, untrained, shuffled }) => [
    ...[row.depth, row.seed, row.labelNoise, row.threshold],
    ...[row.effectiveDepth, untrained, shuffled],
  ]);
  assert.deepEqual(found, [
    [8, 0, 0, 2, 4, 7, 7],
    [8, 0, 0, 4, 3, 5, null],
    [8, 0, 1, 2, 7, 1, 7],
    [8, 0, 1, 4, null, null, null],
    [8, 0, 0.5, 2, 5, null, 7],
    [4, 0, 0, 2, 1, null, null],
    [8, 1, 0, 2, 2, null, null],
  ]);
  const rows = depthCurveRows(study);
  for (const cells of rows) assert.deepEqual(Object.keys(cells), [...depthCurveColumns]);
  assert.deepEqual(rows.map((cells) => cells.effective_depth_shuffled), [7, null, 7, null, 7, null, null]);
});
