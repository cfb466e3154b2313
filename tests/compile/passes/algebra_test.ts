import assert from "node:assert/strict";
import { binary, fill, type Node, unary } from "../../../lib/compile/graph/node.ts";
import * as rules from "../../../lib/compile/passes/algebra.ts";
import type { Rule } from "../../../lib/compile/passes/rewrite.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

const x = input("x", [2, 3]);
const y = input("y", [2, 3]);
const row = input("row", [3]);

const cases: readonly [rule: Rule, name: string, node: Node, lines: readonly string[]][] = [
  [rules.numbersOnTheRight, "1 + x", binary("add", fill(1), x), ["%1 = add(%0, 1) float32[2,3]", "step 0 = %1"]],
  [rules.scalarNumbers, "x * [1 1 1]", binary("multiply", x, fill(5, [3])), [
    "%1 = multiply(%0, 5) float32[2,3]",
    "step 0 = %1",
  ]],
  [rules.scalarNumbers, "[1 1 1] - x", binary("subtract", fill(5, [3]), x), [
    "%1 = subtract(5, %0) float32[2,3]",
    "step 0 = %1",
  ]],
  [rules.neutralNumbers, "x + 0", binary("add", x, fill(0)), ["step 0 = %0"]],
  [rules.neutralNumbers, "x - 0", binary("subtract", x, fill(0)), ["step 0 = %0"]],
  [rules.neutralNumbers, "0 - x", binary("subtract", fill(0), x), ["%1 = negate(%0) float32[2,3]", "step 0 = %1"]],
  [rules.neutralNumbers, "x * 1", binary("multiply", x, fill(1)), ["step 0 = %0"]],
  [rules.neutralNumbers, "row * ones", binary("multiply", row, fill(1, [2, 3])), [
    "%1 = broadcast(%0) float32[2,3]",
    "step 0 = %1",
  ]],
  [rules.neutralNumbers, "x * 0", binary("multiply", x, fill(0)), ["%1 = fill 0 float32[2,3]", "step 0 = %1"]],
  [rules.neutralNumbers, "x / 1", binary("divide", x, fill(1)), ["step 0 = %0"]],
  [rules.neutralNumbers, "x ^ 1", binary("power", x, fill(1)), ["step 0 = %0"]],
  [rules.neutralNumbers, "x ^ 2", binary("power", x, fill(2)), ["%1 = square(%0) float32[2,3]", "step 0 = %1"]],
  [rules.divisionByNumber, "x / 4", binary("divide", x, fill(4)), [
    "%1 = multiply(%0, 0.25) float32[2,3]",
    "step 0 = %1",
  ]],
  [rules.joinedFactors, "(x * a) * b", binary("multiply", binary("multiply", x, fill(2)), fill(3)), [
    "%1 = multiply(2, 3) float32[]",
    "%2 = multiply(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.joinedFactors, "row * (x * a)", binary("multiply", row, binary("multiply", x, fill(2))), [
    "%2 = multiply(%0, 2) float32[3]",
    "%3 = multiply(%1, %2) float32[2,3]",
    "step 0 = %3",
  ]],
  [rules.joinedSigns, "-(-x)", unary("negate", unary("negate", x)), ["step 0 = %0"]],
  [rules.joinedSigns, "-(x * a)", unary("negate", binary("multiply", x, fill(2))), [
    "%1 = negate(2) float32[]",
    "%2 = multiply(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.joinedSigns, "x + (-y)", binary("add", x, unary("negate", y)), [
    "%2 = subtract(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.joinedSigns, "(-x) + y", binary("add", unary("negate", x), y), [
    "%2 = subtract(%1, %0) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.joinedSigns, "x - (-y)", binary("subtract", x, unary("negate", y)), [
    "%2 = add(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.joinedSigns, "(-x) * a", binary("multiply", unary("negate", x), fill(2)), [
    "%1 = negate(2) float32[]",
    "%2 = multiply(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
];

for (const [rule, name, node, lines] of cases) {
  Deno.test(`${rule.name}() rewrites ${name}`, () => {
    assert.deepEqual(rewritten(node, rule), lines);
  });
}

Deno.test("algebra leaves alone what it cannot better", () => {
  const nodes = [
    binary("add", x, y),
    binary("multiply", x, fill(2)),
    binary("subtract", fill(1), x),
    binary("divide", fill(1), x),
    binary("power", x, fill(3)),
    binary("divide", input("i", [2], "int32"), fill(2, [], "int32")),
    binary("multiply", row, fill(3, [2, 3])),
  ];
  for (const node of nodes) assert.deepEqual(rewritten(node, ...rules.algebraRules), unchanged(node));
});
