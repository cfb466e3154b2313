import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import { binary, fill, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import { sizeOf } from "../../../lib/compile/graph/shape.ts";
import * as rules from "../../../lib/compile/passes/batch_norm.ts";
import { optimise } from "../../../lib/compile/passes/optimise.ts";
import type { Rule } from "../../../lib/compile/passes/rewrite.ts";
import { traceProgram } from "../../../lib/compile/trace/trace.ts";
import { cpuRuntime } from "../../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../../lib/runtimes/onnx.ts";
import type { Program, Tensors } from "../../../lib/runtimes/program.ts";
import { input } from "../support/graph.ts";
import { normal } from "../support/random.ts";
import { rewritten, unchanged } from "../support/rule.ts";

type Normalise = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => tf.Tensor;

const moments = (x: tf.Tensor) => tf.moments(x, x.shape.slice(0, -1).map((_, axis) => axis));

/** Ways to write a batch normalisation, none with a gradient of its own. */
const ways: Readonly<Record<string, Normalise>> = {
  "tf.moments and tf.batchNorm": (x, scale, offset) => {
    const { mean, variance } = moments(x) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    return tf.batchNorm(x, mean, variance, offset as tf.Tensor1D, scale as tf.Tensor1D);
  },
  "a division by the root of the variance": (x, scale, offset) => {
    const { mean, variance } = moments(x);
    return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), scale), offset);
  },
  "products with the reciprocal root": (x, scale, offset) => {
    const { mean, variance } = moments(x);
    return tf.add(tf.mul(scale, tf.mul(tf.rsqrt(tf.add(variance, 1e-3)), tf.sub(x, mean))), offset);
  },
};

/** The value, and the gradients of its sum weighted by an example. */
function programOf(normalise: Normalise, shape: readonly number[]): Program {
  const features = { shape: shape.slice(-1), dtype: "float32" } as const;
  return {
    name: "batch norm",
    examples: { x: { shape: shape.slice(1), dtype: "float32" }, slope: { shape: shape.slice(1), dtype: "float32" } },
    scalars: [],
    constants: { scale: features, offset: features },
    state: {},
    body: ({ examples: { x, slope }, constants: { scale, offset } }) => {
      const rows: Tensors = {};
      const [gradient, ...others] = tf.grads((x, scale, offset) => {
        const value = normalise(x, scale, offset);
        rows.value = tf.keep(value);
        return tf.sum(tf.mul(value, slope!));
      })([x!, scale!, offset!]);
      rows.gradient = gradient!;
      return { state: {}, steps: { scale: others[0]!, offset: others[1]! }, rows };
    },
  };
}

for (const [name, normalise] of Object.entries(ways)) {
  for (const shape of [[16, 5], [4, 3, 2, 7]]) {
    Deno.test(`optimise() brings ${name} of [${shape}] to the operations of the closed form`, () => {
      const { outputs } = optimise(traceProgram(programOf(normalise, shape), shape[0]!));
      const nodes = topologicalOrder(outputs.map(({ node }) => node)).filter(({ operation }) =>
        operation.kind !== "input"
      );
      const isWhole = (node: Node) => sizeOf(node.shape) === sizeOf(shape);
      // As lib/nn/batch_norm.ts has it: four and two sums forward, five and two backward.
      assert.equal(nodes.filter(isWhole).length, 4 + 5);
      assert.equal(nodes.filter((node) => !isWhole(node) && node.inputs.some(isWhole)).length, 2 + 2);
    });

    Deno.test(`the closed form of ${name} of [${shape}] is what tfjs computes step by step`, async () => {
      const next = normal(7);
      const numbers = (length: number, mean = 0) => Float32Array.from({ length }, () => mean + next());
      const [size, features] = [sizeOf(shape), shape.at(-1)!];
      const inputs = {
        examples: { x: numbers(size, 2), slope: numbers(size) },
        order: Int32Array.from({ length: shape[0]! }, (_, row) => row),
        constants: { scale: numbers(features), offset: numbers(features) },
      };
      const [found, expected] = await Promise.all([onnxRuntime, cpuRuntime].map(async (runtime) => {
        const executable = await runtime.compile(programOf(normalise, shape), { batch: shape[0]! });
        const { steps, rows } = await executable.run(inputs);
        await executable.dispose();
        return { ...steps, ...rows };
      }));
      for (const [output, { data }] of Object.entries(expected!)) {
        const largest = Math.max(...data.map(Math.abs));
        data.forEach((value, index) => {
          const other = found![output]!.data[index]!;
          assert.ok(Math.abs(other - value) <= 5e-6 * largest, `${output}[${index}]: ${other} against ${value}`);
        });
      }
    });
  }
}

const [x, y] = [input("x", [4, 3]), input("y", [4, 3])];
const [a, b, column] = [input("a", [3]), input("b", [3]), input("column", [4, 1])];
const reduced = (input: Node, name: "sum" | "mean", axes: number[], keep = false) =>
  node({ kind: "reduce", function: name, axes, keep }, [input]);
const product = (...factors: Node[]) => factors.reduce((left, right) => binary("multiply", left, right));
const centred = (axis: number) => binary("subtract", x, reduced(x, "mean", [axis], axis === 1));

const cases: readonly [rule: Rule, name: string, node: Node, lines: readonly string[]][] = [
  [rules.smallFactorsTogether, "(x * a) * b", product(x, a, b), [
    "%3 = multiply(%1, %2) float32[3]",
    "%4 = multiply(%0, %3) float32[4,3]",
    "step 0 = %4",
  ]],
  [rules.factorsOutOfSum, "sum(x * a * y)", reduced(product(x, a, y), "sum", [0]), [
    "%3 = multiply(%0, %2) float32[4,3]",
    "%4 = reduce(%3, sum, axes [0]) float32[3]",
    "%5 = multiply(%4, %1) float32[3]",
    "step 0 = %5",
  ]],
  [rules.factorsOutOfSum, "sum(x * column), kept", reduced(product(x, column), "sum", [1], true), [
    "%2 = reduce(%0, sum, axes [1], keep) float32[4,1]",
    "%3 = multiply(%2, %1) float32[4,1]",
    "step 0 = %3",
  ]],
  [rules.sumOfCentred, "sum(x - mean(x))", reduced(centred(0), "sum", [0]), ["%1 = fill 0 float32[3]", "step 0 = %1"]],
  [rules.sumOfCentred, "sum(x - mean(x)) of rows", reduced(centred(1), "sum", [1]), [
    "%1 = fill 0 float32[4]",
    "step 0 = %1",
  ]],
  [rules.divisionByRoot, "x / sqrt(a)", binary("divide", x, unary("sqrt", a)), [
    "%2 = rsqrt(%1) float32[3]",
    "%3 = multiply(%0, %2) float32[4,3]",
    "step 0 = %3",
  ]],
];

for (const [rule, name, node, lines] of cases) {
  Deno.test(`${rule.name}() rewrites ${name}`, () => {
    assert.deepEqual(rewritten(node, rule).slice(-lines.length), lines);
  });
}

Deno.test("the rules of batch norm leave alone what only looks alike", () => {
  const nodes = [
    // Along different axes.
    product(x, a, column),
    reduced(product(x, a), "sum", [1]),
    reduced(centred(0), "sum", [1]),
    reduced(binary("subtract", y, reduced(x, "mean", [0])), "sum", [0]),
    reduced(binary("subtract", x, reduced(x, "sum", [0])), "sum", [0]),
    // A factor that would have to be put elsewhere, and mere numbers, which another rule has.
    reduced(product(input("z", [4, 3, 2]), input("rows", [3, 1])), "sum", [2]),
    reduced(product(x, fill(2)), "sum", [0]),
    // As large as the dividend.
    binary("divide", x, unary("sqrt", y)),
    binary("divide", x, a),
    reshape(x, [12]),
  ];
  for (const node of nodes) assert.deepEqual(rewritten(node, ...rules.batchNormRules), unchanged(node));
});
