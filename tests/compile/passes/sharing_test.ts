import assert from "node:assert/strict";
import { binary, fill, node, unary } from "../../../lib/compile/graph/node.ts";
import { shareCommon } from "../../../lib/compile/passes/common.ts";
import { transposeInProduct } from "../../../lib/compile/passes/product.ts";
import { selectByStep, shareRectifier } from "../../../lib/compile/passes/rectifier.ts";
import { rewriting } from "../../../lib/compile/passes/rewrite.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

const x = input("x", [2, 3]);
const matrix = input("matrix", [3, 2]);

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

Deno.test("transposeInProduct() turns transposes into flags", () => {
  const product = (transposeLeft: boolean, transposeRight: boolean) =>
    node({ kind: "matMul", transposeLeft, transposeRight }, [
      node({ kind: "transpose", permutation: [1, 0] }, [transposeLeft ? x : matrix]),
      node({ kind: "transpose", permutation: [1, 0] }, [transposeRight ? matrix : x]),
    ]);
  assert.deepEqual(rewritten(product(false, false), transposeInProduct), [
    "%2 = matMul(%0, %1, transposeLeft, transposeRight) float32[2,2]",
    "step 0 = %2",
  ]);
  assert.deepEqual(rewritten(product(true, true), transposeInProduct), [
    "%2 = matMul(%0, %1) float32[2,2]",
    "step 0 = %2",
  ]);
});

Deno.test("transposeInProduct() leaves a transpose among batches alone", () => {
  const batches = node({ kind: "transpose", permutation: [1, 0, 2] }, [input("z", [4, 5, 6])]);
  const product = node({ kind: "matMul", transposeLeft: false, transposeRight: false }, [batches, input("y", [6, 2])]);
  assert.deepEqual(rewritten(product, transposeInProduct), unchanged(product));
});

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

Deno.test("rewriting() applies rules to what rules made, and gives up on rules that go round in circles", () => {
  const graph = graphOf(unary("exp", x));
  const toLog = rewriting(
    (node) =>
      node.operation.kind === "unary" && node.operation.function === "exp" ? unary("log", node.inputs[0]!) : undefined,
    (node) =>
      node.operation.kind === "unary" && node.operation.function === "log" ? unary("sqrt", node.inputs[0]!) : undefined,
  );
  assert.deepEqual(linesOf(toLog(graph)).slice(1), ["%1 = sqrt(%0) float32[2,3]", "step 0 = %1"]);
  const round = rewriting((node) => node.operation.kind === "unary" ? unary("exp", node.inputs[0]!) : undefined);
  assert.throws(() => round(graph), /^Error: Rules go round in circles at a node of kind "unary"$/);
});
