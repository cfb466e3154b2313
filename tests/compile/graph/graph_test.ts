import assert from "node:assert/strict";
import { countUses, topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import { binary, type Node, unary } from "../../../lib/compile/graph/node.ts";
import { broadcastShape } from "../../../lib/compile/graph/shape.ts";
import { graphOf, input } from "../support/graph.ts";

Deno.test("topologicalOrder() lists each node once, after its inputs", () => {
  const x = input("x", [2]);
  const square = unary("square", x);
  const sum = binary("add", square, x);
  const product = binary("multiply", sum, square);
  assert.deepEqual(topologicalOrder([product, square]), [x, square, sum, product]);
});

Deno.test("topologicalOrder() walks chains longer than the stack", () => {
  let last: Node = input("x", [2]);
  for (let length = 0; length < 100_000; length++) last = unary("negate", last);
  assert.equal(topologicalOrder([last]).length, 100_001);
});

Deno.test("countUses() counts every place, outputs included", () => {
  const x = input("x", [2]);
  const square = binary("multiply", x, x);
  const uses = countUses(graphOf(square, square, x));
  assert.equal(uses.get(x), 3);
  assert.equal(uses.get(square), 2);
});

Deno.test("broadcastShape() lines shapes up from the right", () => {
  assert.deepEqual(broadcastShape([5, 1, 3], [4, 1], []), [5, 4, 3]);
  assert.throws(() => broadcastShape([2, 3], [2]), /^ShapeError: \[2,3\] and \[2\] do not stretch to one shape$/);
});
