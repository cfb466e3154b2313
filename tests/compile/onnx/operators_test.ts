import assert from "node:assert/strict";
import { binary, unary } from "../../../lib/compile/graph/node.ts";
import { lowerLoop } from "../../../lib/compile/onnx/loop.ts";
import { OnnxGraph } from "../../../lib/compile/onnx/model.ts";
import { countOperators } from "../../../lib/compile/onnx/operators.ts";
import { graphOf, input } from "../support/graph.ts";

Deno.test("countOperators() finds the operators of a model, past integers, floats and large constants", () => {
  const graph = new OnnxGraph("g");
  const weights = graph.constant("float32", new Float32Array(1000), [1000]);
  graph.add("Add", [weights, graph.integers([2 ** 40, -1])], { axis: -1, pads: [1, 2, 3], epsilon: { float: 0.5 } });
  graph.add("Add", [weights, weights], { mode: "Mul" });
  graph.add("FusedMatMul", [weights, weights], {}, "com.microsoft");
  assert.deepEqual([...countOperators(graph.model({ note: "Add" }))], [["Add", 2], ["FusedMatMul", 1]]);
});

Deno.test("countOperators() looks into the body of a loop", () => {
  const x = input("x", [2, 3]);
  const counts = countOperators(lowerLoop(graphOf(binary("multiply", unary("tanh", x), x))));
  for (const operator of ["Loop", "Tanh", "Mul"]) assert.equal(counts.get(operator), 1, operator);
});
