import assert from "node:assert/strict";
import fc from "fast-check";
import { studentProbability, studentQuantile } from "../../../lib/figures/study/student.ts";

Deno.test("studentQuantile() gives the quantiles of SciPy's scipy.stats.t.ppf", () => {
  for (
    const [probability, degrees, expected] of [
      [0.95, 1, 12.706204736174694],
      [0.95, 2, 4.302652729749462],
      [0.95, 3, 3.1824463052837078],
      [0.95, 4, 2.7764451051977934],
      [0.95, 9, 2.2621571627982053],
      [0.99, 3, 5.840909309733355],
      [0.99, 30, 2.7499956535672254],
      [0.5, 7, 0.7111417780817866],
      [0.999, 120, 3.373453768562533],
    ] as const
  ) {
    const found = studentQuantile(probability, degrees);
    assert.ok(Math.abs(found / expected - 1) < 1e-12, `${probability} ${degrees} ${found}`);
  }
});

Deno.test("studentProbability() inverts studentQuantile()", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 200 }), (p, degrees) => {
      assert.ok(Math.abs(studentProbability(studentQuantile(p, degrees), degrees) - p) < 1e-12);
    }),
  );
});

Deno.test("studentQuantile() refuses what has none", () => {
  for (const [probability, degrees] of [[0, 1], [1, 1], [0.5, 0], [0.5, 1.5], [NaN, 2]] as const) {
    assert.throws(() => studentQuantile(probability, degrees), {
      message:
        `Student's t has no quantile of probability ${probability} with ${degrees} degrees of freedom; expected a ` +
        "probability between 0 and 1, and a whole number from 1 on",
    });
  }
});
