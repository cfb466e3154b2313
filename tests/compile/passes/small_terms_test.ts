import assert from "node:assert/strict";
import { binary } from "../../../lib/compile/graph/node.ts";
import { smallTermsFirst } from "../../../lib/compile/passes/small_terms.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

const [a, b] = [input("a", [2, 3, 4, 5]), input("b", [2, 3, 4, 5])];

for (const name of ["subtract", "add"] as const) {
  Deno.test(`smallTermsFirst() has a number a channel next to images before other images, to ${name}`, () => {
    const node = binary(name, binary(name, a, b), input("c", [3, 1, 1]));
    assert.deepEqual(rewritten(node, smallTermsFirst), [
      `%3 = ${name}(%0, %2) float32[2,3,4,5]`,
      `%4 = ${name}(%3, %1) float32[2,3,4,5]`,
      "step 0 = %4",
    ]);
  });
}

Deno.test("smallTermsFirst() leaves equal terms, and what is no image, alone", () => {
  const equal = binary("subtract", binary("subtract", a, b), input("c", [2, 3, 4, 5]));
  assert.deepEqual(rewritten(equal, smallTermsFirst), unchanged(equal));
  const [left, right] = [input("left", [2, 3]), input("right", [2, 3])];
  const matrix = binary("subtract", binary("subtract", left, right), input("row", [3]));
  assert.deepEqual(rewritten(matrix, smallTermsFirst), unchanged(matrix));
});
