import assert from "node:assert/strict";
import { absenceMarks, absenceNotes, absenceOf } from "../../../lib/figures/panels/floor_marks.ts";
import type { Point } from "../../../lib/figures/study/series.ts";

const measured: Point = { network: "Depth 2", epoch: 1, cdnv: 0.1 };
const zero: Point = { ...measured, cdnv: null, zero: "yes" };
const missing: Point = { ...measured, cdnv: null };

Deno.test("absenceOf() tells zeros from values that are missing", () => {
  for (
    const [points, zeros, missed] of [
      [[measured], false, false],
      [[measured, zero], true, false],
      [[missing], false, true],
      [[zero, missing], true, true],
    ] as const
  ) assert.deepEqual(absenceOf(points, "cdnv"), { zeros, missing: missed });
});

Deno.test("what is not there has neither a mark nor a note", () => {
  const none = absenceOf([measured], "cdnv");
  assert.deepEqual(absenceMarks({ absence: none, field: "cdnv", encoding: {}, tooltip: [] }), []);
  assert.deepEqual(absenceNotes(none, { bands: true }), [false, false]);
});

Deno.test("absenceNotes() says where marks stand, of seeds that it may be one of them, and why a value is missing", () => {
  const both = absenceOf([zero, missing], "cdnv");
  assert.deepEqual(absenceNotes(both, { bands: true }), [
    "triangles on the floor: exactly zero in a seed",
    "crosses on the floor: not measurable (a class without images, or class means that coincide)",
  ]);
  assert.deepEqual(absenceNotes(both, { bands: false, floor: false, reason: "no image" }), [
    "triangles: exactly zero",
    "crosses: not measurable (no image)",
  ]);
});
