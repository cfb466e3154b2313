import assert from "node:assert/strict";
import { binary, broadcast, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import * as rules from "../../../lib/compile/passes/broadcast.ts";
import type { Rule } from "../../../lib/compile/passes/rewrite.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

const x = input("x", [2, 3]);
const row = input("row", [3]);
const number = input("number", []);

const cases: readonly [rule: Rule, name: string, node: Node, lines: readonly string[]][] = [
  [rules.unaryBeforeBroadcast, "a function of stretched values", unary("exp", broadcast(row, [2, 3])), [
    "%1 = exp(%0) float32[3]",
    "%2 = broadcast(%1) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.binaryInsteadOfBroadcast, "x + stretched row", binary("add", x, broadcast(row, [2, 3])), [
    "%2 = add(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.binaryInsteadOfBroadcast, "stretched row - x", binary("subtract", broadcast(row, [2, 3]), x), [
    "%2 = subtract(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
  [rules.binaryInsteadOfBroadcast, "two stretched", binary("add", broadcast(row, [2, 3]), broadcast(number, [2, 3])), [
    "%2 = add(%0, %1) float32[3]",
    "%3 = broadcast(%2) float32[2,3]",
    "step 0 = %3",
  ]],
  [rules.noLeadingOnes, "x + row with an axis of 1 before", binary("add", x, reshape(row, [1, 3])), [
    "%2 = add(%0, %1) float32[2,3]",
    "step 0 = %2",
  ]],
  [
    rules.noLeadingOnes,
    "a sum of axes of 1 before both",
    binary("add", reshape(x, [1, 2, 3]), reshape(row, [1, 1, 3])),
    [
      "%2 = add(%0, %1) float32[2,3]",
      "%3 = reshape(%2) float32[1,2,3]",
      "step 0 = %3",
    ],
  ],
  [
    rules.reduceWithoutLeadingOnes,
    "a sum over axes of 1 before others",
    node({ kind: "reduce", function: "sum", axes: [0, 2], keep: true }, [reshape(x, [1, 2, 3])]),
    [
      "%1 = reduce(%0, sum, axes [1], keep) float32[2,1]",
      "%2 = reshape(%1) float32[1,2,1]",
      "step 0 = %2",
    ],
  ],
  [rules.joinedBroadcasts, "two in a row", broadcast(broadcast(number, [3]), [2, 3]), [
    "%1 = broadcast(%0) float32[2,3]",
    "step 0 = %1",
  ]],
  [rules.reshapeBeforeBroadcast, "a stretched number, reshaped", reshape(broadcast(number, [2, 3]), [6]), [
    "%1 = reshape(%0) float32[]",
    "%2 = broadcast(%1) float32[6]",
    "step 0 = %2",
  ]],
];

for (const [rule, name, node, lines] of cases) {
  Deno.test(`${rule.name}() rewrites ${name}`, () => assert.deepEqual(rewritten(node, rule), lines));
}

Deno.test("broadcasting leaves alone what it cannot better", () => {
  const nodes = [
    broadcast(row, [2, 3]),
    binary("add", x, row),
    binary("add", row, reshape(row, [3, 1])),
    reshape(broadcast(row, [2, 3]), [6]),
  ];
  for (const node of nodes) assert.deepEqual(rewritten(node, ...rules.broadcastRules), unchanged(node));
});
