import assert from "node:assert/strict";
import { node } from "../../../lib/compile/graph/node.ts";
import { transposeInProduct } from "../../../lib/compile/passes/product.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

const x = input("x", [2, 3]);
const matrix = input("matrix", [3, 2]);

Deno.test("transposeInProduct() turns transposes into flags", () => {
  const product = (transposeLeft: boolean, transposeRight: boolean) =>
    node({ kind: "matMul", transposeLeft, transposeRight }, [
      node({ kind: "transpose", permutation: [1, 0] }, [transposeLeft ? x : matrix]),
      node({ kind: "transpose", permutation: [1, 0] }, [transposeRight ? matrix : x]),
    ]);
  assert.deepEqual(rewritten(product(false, false), transposeInProduct), [
    "%2 = matMul(%0, %1, transposeLeft, transposeRight) float32[2,2]",
    "step 0 = %2",
  ]);
  assert.deepEqual(rewritten(product(true, true), transposeInProduct), [
    "%2 = matMul(%0, %1) float32[2,2]",
    "step 0 = %2",
  ]);
});

Deno.test("transposeInProduct() leaves a transpose among batches alone", () => {
  const batches = node({ kind: "transpose", permutation: [1, 0, 2] }, [input("z", [4, 5, 6])]);
  const product = node({ kind: "matMul", transposeLeft: false, transposeRight: false }, [batches, input("y", [6, 2])]);
  assert.deepEqual(rewritten(product, transposeInProduct), unchanged(product));
});
