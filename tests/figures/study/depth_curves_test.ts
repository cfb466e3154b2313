import assert from "node:assert/strict";
import { depthCurveColumns, depthCurveRows } from "../../../lib/figures/study/depth_curves.ts";
import type { Row } from "../../../lib/formats/table.ts";

const network = { dataset: "mnist", model: "mlp", depth: 8, width: 100, seed: 0 };

function row(epoch: number, threshold: number, effective_depth: number | null, of: Row = network): Row {
  return { ...of, epoch, definition: "cdnv", threshold, effective_depth };
}

Deno.test("depthCurveRows() stands the last epoch beside the untrained network and one trained on shuffled labels", () => {
  const rows = depthCurveRows([
    ...[row(0, 2, 7), row(0, 4, 5), row(20, 2, 4), row(20, 4, 3), row(10, 2, 6), row(10, 4, 6)],
    row(20, 2, 1, { ...network, depth: 4 }),
  ], [row(0, 2, 1), row(30, 2, 7), row(30, 4, null)]);
  for (const found of rows) assert.deepEqual(Object.keys(found), [...depthCurveColumns]);
  const depths = rows.map((found) => [
    ...[found.depth, found.threshold, found.effective_depth],
    ...[found.effective_depth_untrained, found.effective_depth_shuffled],
  ]);
  assert.deepEqual(depths, [[8, 2, 4, 7, 7], [8, 4, 3, 5, null], [4, 2, 1, null, null]]);
});
