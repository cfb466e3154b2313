import assert from "node:assert/strict";
import { binary, node, unary } from "../../../lib/compile/graph/node.ts";
import { lowerLoop } from "../../../lib/compile/stablehlo/loop.ts";
import { countOperations } from "../../../lib/compile/stablehlo/operations.ts";
import { graphOf, input } from "../support/graph.ts";

Deno.test("countOperations() counts operations in either form, those of loops and regions too", () => {
  const x = input("x", [2, 3]);
  const gathered = node({ kind: "gather", axis: 0 }, [x, input("i", [4], "int32")]);
  const { text } = lowerLoop(graphOf(binary("multiply", unary("erf", x), unary("tanh", x)), gathered), {
    count: 1,
    steps: 2,
    precision: "float32",
  });
  const counts = countOperations(text);
  const named = ["stablehlo.multiply", "stablehlo.tanh", "chlo.erf", "stablehlo.while", "stablehlo.gather"];
  for (const name of named) assert.equal(counts.get(name), 1, `${name} in\n${text}`);
  assert.equal(counts.get("stablehlo.return"), undefined);
});
