import assert from "node:assert/strict";
import { countKinds } from "../../../lib/compile/graph/kinds.ts";
import { binary, fill, reshape, unary } from "../../../lib/compile/graph/node.ts";
import { graphOf, input } from "../support/graph.ts";

Deno.test("countKinds() counts each node once, without inputs and numbers, the most frequent first", () => {
  const x = input("x", [2, 3]);
  const [square, tanh] = [unary("square", x), unary("tanh", x)];
  const graph = graphOf(binary("add", square, tanh), binary("add", square, fill(1)), reshape(tanh, [6]));
  assert.deepEqual([...countKinds(graph)], [["add", 2], ["reshape", 1], ["square", 1], ["tanh", 1]]);
});
