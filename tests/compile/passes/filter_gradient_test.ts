import assert from "node:assert/strict";
import { type Node, node } from "../../../lib/compile/graph/node.ts";
import { filterGradientAsProduct } from "../../../lib/compile/passes/filter_gradient.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

/** The gradient of 2x2 filters of a stride of 2 on images of 4x4 with a column of padding on the left. */
function gradient(channels: number, outputs: number): Node {
  const [strides, padding] = [{ strideHeight: 2, strideWidth: 2 }, { top: 0, left: 1, bottom: 0, right: 0 }];
  const window = { height: 2, width: 2, ...strides, ...padding };
  const inputs = [input("images", [3, 4, 4, channels]), input("gradient", [3, 2, 2, outputs])];
  return node({ kind: "convolutionFilterGradient", window, shape: [2, 2, channels, outputs] }, inputs);
}

Deno.test("filterGradientAsProduct() gathers the window of each place and multiplies by the gradients there", () => {
  assert.deepEqual(rewritten(gradient(2, 5), filterGradientAsProduct), [
    "%2 = pad(%0, before [0,0,1,0], after [0,0,0,0], value 0) float32[3,4,5,2]",
    "%3 = reshape(%2) float32[3,20,2]",
    "%4 = literal 0 1 5 6 ... int32[16]",
    "%5 = gather(%3, %4, axis 1) float32[3,16,2]",
    "%6 = reshape(%5) float32[12,8]",
    "%7 = reshape(%1) float32[12,5]",
    "%8 = matMul(%6, %7, transposeLeft) float32[8,5]",
    "%9 = reshape(%8) float32[2,2,2,5]",
    "step 0 = %9",
  ]);
});

Deno.test("filterGradientAsProduct() has at least as many rows as columns", () => {
  assert.deepEqual(rewritten(gradient(1, 5), filterGradientAsProduct).slice(-4), [
    "%8 = matMul(%2, %7, transposeLeft) float32[5,4]",
    "%9 = transpose(%8, permutation [1,0]) float32[4,5]",
    "%10 = reshape(%9) float32[2,2,1,5]",
    "step 0 = %10",
  ]);
});

Deno.test("filterGradientAsProduct() leaves other nodes alone", () => {
  const images = input("images", [3, 4, 4, 2]);
  assert.deepEqual(rewritten(images, filterGradientAsProduct), unchanged(images));
});
