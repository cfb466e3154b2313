import assert from "node:assert/strict";
import { binary, broadcast, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import type { Window } from "../../../lib/compile/graph/operation.ts";
import { placesFirstAxes } from "../../../lib/compile/graph/layout.ts";
import { channelsFirst } from "../../../lib/compile/passes/channels_first.ts";
import { arrangeImages, type Preference } from "../../../lib/compile/passes/image_axes.ts";
import { movementRules } from "../../../lib/compile/passes/movement.ts";
import { rewriting } from "../../../lib/compile/passes/rewrite.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";

const window: Window = {
  height: 3,
  width: 3,
  strideHeight: 1,
  strideWidth: 1,
  top: 1,
  left: 1,
  bottom: 1,
  right: 1,
};
const images = input("images", [2, 8, 6, 3]);
const filter = (inputs: number, outputs: number) => input(`filter ${inputs}`, [3, 3, inputs, outputs]);
const convolved = (images: Node, outputs: number) =>
  node({ kind: "convolution", window }, [images, filter(images.shape[3]!, outputs)]);

/** The operations and shapes of the graph that the pass makes of preferences, without its inputs. */
function arranged(outputs: readonly Node[], preferences: readonly Preference[] = [channelsFirst]): string[] {
  const graph = rewriting(...movementRules)(arrangeImages(...preferences)(graphOf(...outputs)));
  graph.outputs.forEach(({ node }, index) => assert.deepEqual(node.shape, outputs[index]!.shape));
  return linesOf(graph)
    .filter((line) => line.startsWith("%") && !line.includes("= constant"))
    .map((line) => line.replace(/^%\d+ = (\w+)\(.*\) /, "$1 "));
}

Deno.test("arrangeImages() transposes images once before and once after a chain of convolutions", () => {
  const lines = arranged([convolved(unary("relu", convolved(images, 4)), 5)]);
  assert.deepEqual(lines, [
    "transpose float32[2,3,8,6]",
    "convolution float32[2,4,8,6]",
    "relu float32[2,4,8,6]",
    "convolution float32[2,5,8,6]",
    "transpose float32[2,8,6,5]",
  ]);
});

Deno.test("arrangeImages() takes along a number a channel, a number an image, and sums over images", () => {
  const units = convolved(images, 4);
  const perChannel = binary("add", units, input("offset", [4]));
  const perImage = binary("multiply", perChannel, broadcast(input("factor", [2, 1, 1, 4]), units.shape));
  const sums = node({ kind: "reduce", function: "sum", axes: [0, 1, 2], keep: false }, [perImage]);
  const means = node({ kind: "reduce", function: "mean", axes: [1, 2], keep: true }, [perImage]);
  const lines = arranged([sums, means]);
  assert.deepEqual(lines, [
    "transpose float32[2,3,8,6]",
    "convolution float32[2,4,8,6]",
    "reshape float32[1,4,1,1]",
    "add float32[2,4,8,6]",
    "reshape float32[2,4,1,1]",
    "broadcast float32[2,4,8,6]",
    "multiply float32[2,4,8,6]",
    "reduce float32[4]",
    "reduce float32[2,4,1,1]",
    "reshape float32[2,1,1,4]",
  ]);
});

Deno.test("arrangeImages() gives back the old layout once where several nodes need it", () => {
  const units = unary("relu", convolved(images, 4));
  const flat = reshape(units, [2, 192]);
  const rows = node({ kind: "reduce", function: "sum", axes: [2], keep: false }, [units]);
  const lines = arranged([flat, rows, units]);
  assert.equal(lines.filter((line) => line === "transpose float32[2,8,6,4]").length, 1);
  assert.equal(lines.filter((line) => line.startsWith("transpose")).length, 2);
});

Deno.test("arrangeImages() leaves a graph without images alone", () => {
  const graph = graphOf(unary("exp", binary("add", images, input("offset", [3]))));
  assert.deepEqual(linesOf(arrangeImages(channelsFirst)(graph)), linesOf(graph));
});

/** Convolutions to 5 channels want height and width first. */
const fivesPlacesFirst: Preference = (convolution) => {
  const { operation, inputs: [first, filter], shape } = convolution;
  if (operation.kind !== "convolution" || shape[3] !== 5) return undefined;
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return {
    make: (input) => {
      const inputs = [input(first!, placesFirstAxes), input(filter!)];
      return node({ kind: "convolutionInputGradient", window, shape: [height, width, batch, channels] }, inputs);
    },
    axes: placesFirstAxes,
  };
};

Deno.test("arrangeImages() computes what has inputs in two orders in that of the earlier preference, converting once", () => {
  const [fours, fives] = [convolved(images, 4), convolved(images, 5)];
  const both = binary("add", convolved(fours, 5), unary("relu", fives));
  assert.deepEqual(arranged([both], [fivesPlacesFirst, channelsFirst]).filter((line) => !line.startsWith("const")), [
    "transpose float32[2,3,8,6]",
    "convolution float32[2,4,8,6]",
    "transpose float32[8,6,2,4]",
    "convolutionInputGradient float32[8,6,2,5]",
    "transpose float32[8,6,2,3]",
    "convolutionInputGradient float32[8,6,2,5]",
    "relu float32[8,6,2,5]",
    "add float32[8,6,2,5]",
    "transpose float32[2,8,6,5]",
  ]);
});
