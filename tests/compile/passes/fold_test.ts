import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { binary, cast, fill, type Node, node, reshape, unary, uniformValue } from "../../../lib/compile/graph/node.ts";
import { foldUniform } from "../../../lib/compile/passes/fold.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

function folded(node: Node): number {
  const result = foldUniform(node);
  assert.deepEqual(result?.shape, node.shape);
  assert.equal(result?.dtype, node.dtype);
  return uniformValue(result)!;
}

Deno.test("foldUniform() computes functions of numbers as tfjs does", async () => {
  await tf.setBackend("cpu");
  const functions = [
    "abs",
    "ceil",
    "cos",
    "erf",
    "exp",
    "expm1",
    "floor",
    "log",
    "log1p",
    "reciprocal",
    "relu",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "sqrt",
    "square",
    "step",
    "tanh",
  ] as const;
  fc.assert(fc.property(fc.constantFrom(...functions), fc.float({ min: -8, max: 8, noNaN: true }), (name, value) => {
    const [expected] = tf.tidy(() => tf[name](tf.scalar(value)).dataSync());
    const found = folded(unary(name, fill(value)));
    assert.ok(
      Object.is(found, expected) || Math.abs(found - expected!) <= 1e-6 * Math.max(1, Math.abs(expected!)),
      `${found} ${expected}`,
    );
  }));
});

Deno.test("foldUniform() computes functions of two numbers as tfjs does", async () => {
  await tf.setBackend("cpu");
  const functions = {
    add: "add",
    subtract: "sub",
    multiply: "mul",
    divide: "div",
    maximum: "maximum",
    minimum: "minimum",
  } as const;
  const names = Object.keys(functions) as (keyof typeof functions)[];
  const number = fc.float({ min: -8, max: 8, noNaN: true });
  fc.assert(fc.property(fc.constantFrom(...names), number, number, (name, left, right) => {
    const [expected] = tf.tidy(() => tf[functions[name]](tf.scalar(left), tf.scalar(right)).dataSync());
    assert.equal(folded(binary(name, fill(left), fill(right))), expected);
  }));
});

Deno.test("foldUniform() folds what moves and sums numbers", () => {
  const twos = fill(2, [3, 4]);
  const reduce = (name: "sum" | "mean" | "max" | "min" | "product") =>
    node({ kind: "reduce", function: name, axes: [0], keep: false }, [twos]);
  assert.deepEqual((["sum", "mean", "max", "min", "product"] as const).map((name) => folded(reduce(name))), [
    6,
    2,
    2,
    2,
    8,
  ]);
  assert.equal(folded(reshape(twos, [12])), 2);
  assert.equal(folded(node({ kind: "transpose", permutation: [1, 0] }, [twos])), 2);
  assert.equal(folded(node({ kind: "pad", before: [1, 0], after: [0, 0], value: 2 }, [twos])), 2);
  assert.equal(folded(node({ kind: "concatenate", axis: 1 }, [twos, fill(2, [3, 1])])), 2);
  assert.equal(folded(node({ kind: "select" }, [fill(1, [], "bool"), twos, fill(3)])), 2);
  assert.equal(folded(cast(fill(-2.7), "int32")), -2);
  assert.equal(folded(cast(fill(0.5), "bool")), 1);
});

Deno.test("foldUniform() rounds to float32", () => {
  assert.equal(folded(binary("multiply", fill(Math.fround(0.1)), fill(3))), Math.fround(Math.fround(0.1) * 3));
});

Deno.test("foldUniform() leaves alone what is not known, or not the same everywhere", () => {
  const nodes = [
    binary("add", input("x", [2]), fill(1)),
    node({ kind: "pad", before: [1], after: [0], value: 0 }, [fill(2, [3])]),
    node({ kind: "concatenate", axis: 0 }, [fill(2, [3]), fill(1, [3])]),
  ];
  for (const node of nodes) assert.deepEqual(rewritten(node, foldUniform), unchanged(node));
});
