import assert from "node:assert/strict";
import { unary } from "../../../lib/compile/graph/node.ts";
import { rewriting } from "../../../lib/compile/passes/rewrite.ts";
import { graphOf, input, linesOf } from "../support/graph.ts";

const x = input("x", [2, 3]);

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
