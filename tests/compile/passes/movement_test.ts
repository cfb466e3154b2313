import assert from "node:assert/strict";
import { binary, broadcast, cast, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import * as rules from "../../../lib/compile/passes/movement.ts";
import type { Rule } from "../../../lib/compile/passes/rewrite.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

const x = input("x", [2, 3]);
const bytes = input("bytes", [2, 3], "uint8");
const column = input("column", [2, 1]);
const transposed = (node_: Node, ...permutation: number[]) => node({ kind: "transpose", permutation }, [node_]);
const sliced = (node_: Node, begin: number[], size: number[]) => node({ kind: "slice", begin, size }, [node_]);
const joined = node({ kind: "concatenate", axis: 1 }, [x, column]);
const code = node({ kind: "oneHot", depth: 4, on: 1, off: 0, dtype: "int32" }, [input("i", [5], "int32")]);

const cases: readonly [rule: Rule, name: string, node: Node, lines: readonly string[]][] = [
  [rules.idleMovement, "a cast to the same type", cast(x, "float32"), ["step 0 = %0"]],
  [rules.idleMovement, "a reshape to the same shape", reshape(x, [2, 3]), ["step 0 = %0"]],
  [rules.idleMovement, "a broadcast to the same shape", broadcast(x, [2, 3]), ["step 0 = %0"]],
  [rules.idleMovement, "a slice of all", sliced(x, [0, 0], [2, 3]), ["step 0 = %0"]],
  [rules.idleMovement, "a transpose that moves nothing", transposed(x, 0, 1), ["step 0 = %0"]],
  [rules.idleMovement, "a concatenation of one", node({ kind: "concatenate", axis: 0 }, [x]), ["step 0 = %0"]],
  [rules.idleMovement, "a reversal of an axis of 1", node({ kind: "reverse", axes: [1] }, [column]), ["step 0 = %0"]],
  [
    rules.idleReduction,
    "a sum over an axis of 1",
    node({ kind: "reduce", function: "sum", axes: [1], keep: false }, [column]),
    [
      "%1 = reshape(%0) float32[2]",
      "step 0 = %1",
    ],
  ],
  [rules.joinedMovement, "two reshapes", reshape(reshape(x, [6]), [3, 2]), [
    "%1 = reshape(%0) float32[3,2]",
    "step 0 = %1",
  ]],
  [rules.joinedMovement, "two transposes", transposed(transposed(input("z", [2, 3, 4]), 1, 2, 0), 2, 1, 0), [
    "%1 = transpose(%0, permutation [0,2,1]) float32[2,4,3]",
    "step 0 = %1",
  ]],
  [rules.joinedMovement, "a cast of bytes to int32 to float32", cast(cast(bytes, "int32"), "float32"), [
    "%1 = cast(%0) float32[2,3]",
    "step 0 = %1",
  ]],
  [rules.castOneHot, "a cast of a one-hot code", cast(code, "float32"), [
    "%1 = oneHot(%0, depth 4, on 1, off 0) float32[5,4]",
    "step 0 = %1",
  ]],
  [rules.reshapeAfterwards, "a function of reshaped values", unary("exp", reshape(x, [6])), [
    "%1 = exp(%0) float32[2,3]",
    "%2 = reshape(%1) float32[6]",
    "step 0 = %2",
  ]],
  [rules.transposeOfOnes, "a transpose of a column", transposed(column, 1, 0), [
    "%1 = reshape(%0) float32[1,2]",
    "step 0 = %1",
  ]],
  [rules.sliceOfConcatenation, "a slice that is a part", sliced(joined, [0, 3], [2, 1]), ["step 0 = %1"]],
  [rules.tileOfOnes, "a repeated column", node({ kind: "tile", repeats: [1, 4] }, [column]), [
    "%1 = broadcast(%0) float32[2,4]",
    "step 0 = %1",
  ]],
  [
    rules.sumOfBroadcast,
    "a sum of a stretched number",
    node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [broadcast(input("n", []), [2, 3])]),
    ["%1 = multiply(%0, 2) float32[]", "%2 = reshape(%1) float32[]", "%3 = broadcast(%2) float32[3]", "step 0 = %3"],
  ],
];

for (const [rule, name, node, lines] of cases) {
  Deno.test(`${rule.name}() rewrites ${name}`, () => assert.deepEqual(rewritten(node, rule), lines));
}

Deno.test("movement leaves alone what it cannot better", () => {
  const nodes = [
    // A cast to int32 cuts off what the next would keep.
    cast(cast(x, "int32"), "float32"),
    cast(cast(x, "bool"), "float32"),
    cast(x, "int32"),
    reshape(x, [6]),
    transposed(x, 1, 0),
    sliced(joined, [0, 2], [2, 2]),
    node({ kind: "tile", repeats: [2, 1] }, [x]),
    node({ kind: "reduce", function: "max", axes: [0], keep: false }, [broadcast(input("n", [3]), [2, 3])]),
    node({ kind: "pad", before: [1, 0], after: [0, 0], value: 0 }, [x]),
    binary("add", x, x),
  ];
  for (const node of nodes) assert.deepEqual(rewritten(node, ...rules.movementRules), unchanged(node));
});
