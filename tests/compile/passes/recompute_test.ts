import assert from "node:assert/strict";
import { type Graph, topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import { livenessOf } from "../../../lib/compile/graph/liveness.ts";
import { binary, matMul, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import { recompute } from "../../../lib/compile/passes/recompute.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";

const table = (rows: number, columns: number) =>
  node({
    kind: "literal",
    values: Float32Array.from({ length: rows * columns }, (_, index) => index % 7),
    shape: [rows, columns],
    dtype: "float32",
  });
const order = (graph: Graph) => topologicalOrder(graph.outputs.map(({ node }) => node));
const peakOf = (graph: Graph) => livenessOf(graph, order(graph)).peak;
const products = (graph: Graph) => linesOf(graph).filter((line) => line.includes("= matMul")).length;

const weights = input("weights", [4, 6]);

/** Something large that is made and summed up, after a value and before it is needed again. */
function between(value: Node): Node {
  const spread = node({ kind: "broadcast", shape: [20, 32, 6] }, [value]);
  const large = unary("exp", unary("sin", spread));
  return node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [large]);
}

Deno.test("recompute() multiplies by a table again what was kept while much else was, and copies the table", () => {
  const value = matMul(table(32, 4), weights);
  const graph = graphOf(binary("add", between(value), value));
  const again = recompute(graph, { order, share: 1 });
  assert.ok(peakOf(again) < peakOf(graph), `${peakOf(again)} against ${peakOf(graph)}`);
  assert.equal(products(again), 2);
  assert.equal(linesOf(again).filter((line) => line.includes("= literal")).length, 2);
});

Deno.test("recompute() follows what a value was made of to what is there anyway, and what shows it", () => {
  const first = reshape(matMul(table(8, 4), weights), [2, 4, 6]);
  const value = reshape(matMul(table(32, 8), reshape(first, [8, 6])), [32, 6]);
  const graph = graphOf(binary("add", between(value), value));
  const again = recompute(graph, { order, share: 1 });
  assert.ok(peakOf(again) < peakOf(graph));
  assert.equal(products(again), 4);
});

Deno.test("recompute() does no more than a share of the work again", () => {
  const value = matMul(table(32, 4), weights);
  const graph = graphOf(binary("add", between(value), value));
  assert.equal(recompute(graph, { order, share: 0.1 }), graph);
});

Deno.test("recompute() leaves alone what is not of tables, and what is there anyway", () => {
  const computed = matMul(input("left", [32, 4]), weights);
  const wide = input("wide", [32, 6]);
  for (const value of [computed, wide, unary("exp", wide)]) {
    const graph = graphOf(binary("add", between(value), value));
    assert.equal(recompute(graph, { order, share: 1 }), graph);
  }
});
