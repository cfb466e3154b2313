import assert from "node:assert/strict";
import { countUses } from "../../../lib/compile/graph/graph.ts";
import { binary, type Node } from "../../../lib/compile/graph/node.ts";
import { channelScaling } from "../../../lib/compile/onnx/channel_scaling.ts";
import { graphOf, input } from "../support/graph.ts";

const images = input("images", [2, 3, 4, 5]);
const [factor, offset] = [input("factor", [1, 3, 1, 1]), input("offset", [3, 1, 1])];
const scalingOf = (node: Node, ...others: Node[]) => channelScaling(node, countUses(graphOf(node, ...others)));

Deno.test("channelScaling() finds a factor and an offset a channel, in either order", () => {
  const product = binary("multiply", images, factor);
  for (const node of [binary("add", product, offset), binary("add", offset, product)]) {
    assert.deepEqual(scalingOf(node), { images, factor, offset, isDifference: false });
  }
  const difference = binary("subtract", product, offset);
  assert.deepEqual(scalingOf(difference), { images, factor, offset, isDifference: true });
});

Deno.test("channelScaling() leaves a product that is used elsewhere to be computed", () => {
  const product = binary("multiply", images, factor);
  const found = scalingOf(binary("add", product, offset), product);
  assert.deepEqual(found, { images: product, factor: undefined, offset, isDifference: false });
});

Deno.test("channelScaling() finds nothing where a number a row, images or a matrix are added, or taken from an offset", () => {
  assert.equal(scalingOf(binary("add", images, input("row", [5]))), undefined);
  assert.equal(scalingOf(binary("add", images, input("others", [2, 3, 4, 5]))), undefined);
  assert.equal(scalingOf(binary("add", input("matrix", [4, 3]), input("row", [3]))), undefined);
  assert.equal(scalingOf(binary("subtract", offset, images)), undefined);
});
