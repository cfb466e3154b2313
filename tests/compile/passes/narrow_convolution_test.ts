import assert from "node:assert/strict";
import { type Node, node } from "../../../lib/compile/graph/node.ts";
import { arrangeImages } from "../../../lib/compile/passes/image_axes.ts";
import { narrowConvolution } from "../../../lib/compile/passes/narrow_convolution.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";

const strides = { strideHeight: 1, strideWidth: 1 };
const window = { height: 3, width: 3, ...strides, top: 1, left: 1, bottom: 1, right: 1 };
const [images, gradient] = [input("images", [5, 4, 4, 3]), input("gradient", [5, 4, 4, 32])];
const linesFor = (node: Node) => linesOf(arrangeImages(narrowConvolution)(graphOf(node)));

Deno.test("narrowConvolution() multiplies the window at each place, batch last, by the filter", () => {
  const convolution = node({ kind: "convolution", window }, [images, input("filter", [3, 3, 3, 32])]);
  assert.deepEqual(linesFor(convolution).slice(2), [
    "%2 = transpose(%0, permutation [1,2,3,0]) float32[4,4,3,5]",
    "%3 = pad(%2, before [1,1,0,0], after [1,1,0,0], value 0) float32[6,6,3,5]",
    "%4 = reshape(%3) float32[36,15]",
    "%5 = literal 0 1 2 6 ... int32[144]",
    "%6 = gather(%4, %5, axis 0) float32[144,15]",
    "%7 = reshape(%6) float32[16,27,5]",
    "%8 = reshape(%1) float32[27,32]",
    "%9 = matMul(%7, %8, transposeLeft) float32[16,5,32]",
    "%10 = reshape(%9) float32[4,4,5,32]",
    "%11 = transpose(%10, permutation [2,0,1,3]) float32[5,4,4,32]",
    "step 0 = %11",
  ]);
});

Deno.test("narrowConvolution() sums a filter's gradient over the places", () => {
  const ofFilter = node({ kind: "convolutionFilterGradient", window, shape: [3, 3, 3, 32] }, [images, gradient]);
  assert.deepEqual(linesFor(ofFilter).slice(-4), [
    "%10 = matMul(%7, %9) float32[16,27,32]",
    "%11 = reduce(%10, sum, axes [0]) float32[27,32]",
    "%12 = reshape(%11) float32[3,3,3,32]",
    "step 0 = %12",
  ]);
});

Deno.test("narrowConvolution() leaves alone filters of many values or of few outputs", () => {
  for (const shape of [[3, 3, 4, 32], [3, 3, 3, 15]]) {
    const filter = input("filter", shape);
    const convolution = node({ kind: "convolution", window }, [input("images", [5, 4, 4, shape[2]!]), filter]);
    assert.ok(linesFor(convolution).some((line) => line.includes("= convolution(")), `${shape}`);
  }
});
