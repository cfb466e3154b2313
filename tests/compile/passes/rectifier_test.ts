import assert from "node:assert/strict";
import { binary, unary } from "../../../lib/compile/graph/node.ts";
import { selectByStep, shareRectifier } from "../../../lib/compile/passes/rectifier.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";
import { rewritten } from "../support/rule.ts";

const x = input("x", [2, 3]);

Deno.test("shareRectifier() gives a step the rectifier's output, wherever the rectifier stands", () => {
  const inner = unary("exp", x);
  for (const nodes of [[unary("relu", inner), unary("step", inner)], [unary("step", inner), unary("relu", inner)]]) {
    const lines = linesOf(shareRectifier(graphOf(...nodes)));
    assert.deepEqual(lines.slice(1, 4), [
      "%1 = exp(%0) float32[2,3]",
      "%2 = relu(%1) float32[2,3]",
      "%3 = step(%2) float32[2,3]",
    ]);
  }
});

Deno.test("shareRectifier() leaves a step alone where there is no rectifier", () => {
  const graph = graphOf(unary("step", x));
  assert.deepEqual(linesOf(shareRectifier(graph)), linesOf(graph));
});

Deno.test("selectByStep() makes a product with a step a choice", () => {
  assert.deepEqual(rewritten(binary("multiply", unary("step", x), unary("exp", x)), selectByStep), [
    "%1 = greater(%0, 0) bool[2,3]",
    "%2 = exp(%0) float32[2,3]",
    "%3 = select(%1, %2, 0) float32[2,3]",
    "step 0 = %3",
  ]);
});
