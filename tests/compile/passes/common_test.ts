import assert from "node:assert/strict";
import { binary, fill, node, unary } from "../../../lib/compile/graph/node.ts";
import { shareCommon } from "../../../lib/compile/passes/common.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";

const x = input("x", [2, 3]);

Deno.test("shareCommon() makes one of nodes that do the same", () => {
  const graph = shareCommon(graphOf(
    binary("add", unary("exp", x), fill(1)),
    binary("add", unary("exp", x), fill(1)),
    binary("add", unary("exp", x), fill(2)),
  ));
  assert.deepEqual(linesOf(graph).slice(1), [
    "%1 = exp(%0) float32[2,3]",
    "%2 = add(%1, 1) float32[2,3]",
    "%3 = add(%1, 2) float32[2,3]",
    "step 0 = %2",
    "step 1 = %2",
    "step 2 = %3",
  ]);
});

Deno.test("shareCommon() keeps apart what differs only in attributes, type, sign of zero or values", () => {
  const literal = (...values: number[]) =>
    node({ kind: "literal", values: Float32Array.from(values), shape: [values.length], dtype: "float32" });
  const nodes = [
    fill(0, [2]),
    fill(-0, [2]),
    fill(NaN, [2]),
    fill(Infinity, [2]),
    fill(0, [2], "int32"),
    literal(1, 2),
    literal(1, 3),
    literal(NaN, 3),
    node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [x]),
    node({ kind: "reduce", function: "sum", axes: [1], keep: false }, [x]),
    input("x", [2, 3]),
  ];
  const graph = shareCommon(graphOf(...nodes, ...nodes));
  assert.equal(new Set(graph.outputs.map((output) => output.node)).size, nodes.length);
});

Deno.test("shareCommon() takes a sum and a product for the same whichever comes first, and no difference", () => {
  const y = input("y", [2, 3]);
  const names = ["add", "multiply", "subtract"] as const;
  const graph = shareCommon(graphOf(...names.flatMap((name) => [binary(name, x, y), binary(name, y, x)])));
  assert.equal(new Set(graph.outputs.map((output) => output.node)).size, 4);
});
