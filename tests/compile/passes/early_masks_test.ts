import assert from "node:assert/strict";
import { type Graph, topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import { livenessOf } from "../../../lib/compile/graph/liveness.ts";
import { binary, fill, type Node, node, unary } from "../../../lib/compile/graph/node.ts";
import { earlyMasks } from "../../../lib/compile/passes/early_masks.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";

/** The last input first, so that a condition comes late. */
const order = (graph: Graph) => {
  return topologicalOrder(graph.outputs.map(({ node }) => node), (inputs) => inputs.toReversed());
};
const peakOf = (graph: Graph) => livenessOf(graph, order(graph)).peak;
const values = unary("relu", unary("exp", input("x", [32, 6])));
const above = binary("greater", values, fill(0));
const chosen = (value: Node, condition = above) => node({ kind: "select" }, [condition, value, fill(0)]);

/** Something large that is made of values and summed up. */
function through(value: Node): Node {
  const large = unary("sin", node({ kind: "broadcast", shape: [20, 32, 6] }, [value]));
  return node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [large]);
}

Deno.test("earlyMasks() asks where a rectifier's values are above zero before they are used, and lets them go", () => {
  const graph = graphOf(chosen(through(values)));
  const early = earlyMasks(graph, order);
  assert.ok(peakOf(early) < peakOf(graph), `${peakOf(early)} against ${peakOf(graph)}`);
  assert.deepEqual(linesOf(early).slice(2, 6), [
    "%2 = relu(%1) float32[32,6]",
    "%3 = greater(%2, 0) bool[32,6]",
    "%4 = reshape(%2, %3) float32[32,6]",
    "%5 = broadcast(%4) float32[20,32,6]",
  ]);
  assert.equal(linesOf(early).filter((line) => line.includes("greater")).length, 1);
});

Deno.test("earlyMasks() leaves a graph alone where the values are needed late, or nothing is asked late", () => {
  const deep = binary("multiply", chosen(through(values)), values);
  const other = chosen(through(values), binary("greater", values, fill(0.5)));
  for (const root of [deep, other, through(values)]) {
    const graph = graphOf(root);
    assert.deepEqual(linesOf(earlyMasks(graph, order)), linesOf(graph));
  }
});
