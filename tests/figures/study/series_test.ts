import assert from "node:assert/strict";
import { accuraciesAndIntervals, type Point, valuesAndIntervals } from "../../../lib/figures/study/series.ts";

const point = (values: Record<string, number | null>): Point => ({ network: "Depth 2", epoch: 1, ...values });

Deno.test("an axis holds values and intervals, the latter as far as twice and half the value", () => {
  const points = [
    point({ cdnv: 1, low: 0.9, high: 1.1 }),
    point({ cdnv: 1, low: 1e-6, high: 1e6 }),
    point({ cdnv: 0.3, low: null, high: null }),
    point({ cdnv: 0.2 }),
    point({ cdnv: null, low: null, high: null }),
  ];
  assert.deepEqual(valuesAndIntervals(points, "cdnv"), [1, 0.9, 1.1, 1, 0.5, 2, 0.3, 0.2]);
});

Deno.test("an axis of accuracies holds intervals as far down as twice the error", () => {
  const points = [point({ accuracy: 0.75, low: 0.7 }), point({ accuracy: 0.75, low: 0.1 }), point({ accuracy: null })];
  assert.deepEqual(accuraciesAndIntervals(points), [0.75, 0.7, 0.75, 0.5]);
});
