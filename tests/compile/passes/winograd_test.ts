import assert from "node:assert/strict";
import { topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import { type Node, node } from "../../../lib/compile/graph/node.ts";
import type { Window } from "../../../lib/compile/graph/operation.ts";
import { arrangeImages } from "../../../lib/compile/passes/image_axes.ts";
import { shareCommon } from "../../../lib/compile/passes/common.ts";
import { winogradConvolution } from "../../../lib/compile/passes/winograd.ts";
import { graphOf, input } from "../support/graph.ts";

const padding = { top: 1, left: 1, bottom: 1, right: 1 };
const square = (size: number, stride: number): Window => {
  return { height: size, width: size, strideHeight: stride, strideWidth: stride, ...padding };
};

/** A convolution of images 8 x 6, its images' and its filter's gradient. */
function convolutions(window: Window, channels: number, outputs: number): [Node, Node, Node] {
  const images = input("images", [2, 8, 6, channels]);
  const filter = input("filter", [window.height, window.width, channels, outputs]);
  const result = node({ kind: "convolution", window }, [images, filter]);
  const gradient = input("gradient", result.shape);
  return [
    result,
    node({ kind: "convolutionInputGradient", window, shape: images.shape }, [gradient, filter]),
    node({ kind: "convolutionFilterGradient", window, shape: filter.shape }, [images, gradient]),
  ];
}

/** How often each kind of operation occurs. */
function kindsOf(nodes: readonly Node[]): Record<string, number> {
  const graph = shareCommon(arrangeImages(winogradConvolution)(graphOf(...nodes)));
  graph.outputs.forEach(({ node }, index) => assert.deepEqual(node.shape, nodes[index]!.shape));
  const kinds: Record<string, number> = {};
  for (const { operation } of topologicalOrder(graph.outputs.map(({ node }) => node))) {
    kinds[operation.kind] = (kinds[operation.kind] ?? 0) + 1;
  }
  return kinds;
}

Deno.test("winogradConvolution() makes six matrix products of a convolution: two before, two after, the filter's, the channels'", () => {
  const [convolution] = convolutions(square(3, 1), 32, 32);
  const kinds = kindsOf([convolution]);
  assert.equal(kinds.matMul, 6);
  assert.equal(kinds.convolution, undefined);
});

Deno.test("winogradConvolution() computes once what a convolution and its gradients have in common", () => {
  const parts = convolutions(square(3, 1), 32, 40);
  const apart = parts.reduce((sum, part) => sum + kindsOf([part]).matMul!, 0);
  // Tiles' values (2 products) for convolution and filter, the filter's (1) for convolution and images, the gradient's (2).
  assert.equal(kindsOf(parts).matMul, apart - 5);
});

Deno.test("winogradConvolution() takes filters of 3 at strides of 1 and 2, and of 1 at a stride of 2", () => {
  assert.equal(kindsOf([convolutions(square(3, 2), 32, 64)[0]]).convolution, undefined);
  const point = { ...square(1, 2), top: 0, left: 0, bottom: 0, right: 0 };
  assert.equal(kindsOf([convolutions(point, 32, 64)[0]]).convolution, undefined);
});

Deno.test("winogradConvolution() leaves alone few channels, other windows and other paddings", () => {
  const others: [Window, number, number][] = [
    [square(3, 1), 15, 64],
    [square(3, 1), 64, 15],
    [square(2, 1), 32, 32],
    [square(3, 3), 32, 32],
    [{ ...square(3, 1), width: 1, left: 0, right: 0 }, 32, 32],
    [{ ...square(3, 1), strideWidth: 2 }, 32, 32],
    [{ ...square(3, 1), top: 0 }, 32, 32],
  ];
  for (const [window, channels, outputs] of others) {
    const kinds = kindsOf(convolutions(window, channels, outputs));
    assert.equal(kinds.matMul, undefined, JSON.stringify([window, channels, outputs]));
  }
});
