import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { binary, fill, type Node, node, unary } from "../../../lib/compile/graph/node.ts";
import { graphText } from "../../../lib/compile/graph/text.ts";
import * as rules from "../../../lib/compile/passes/cross_entropy.ts";
import { optimise } from "../../../lib/compile/passes/optimise.ts";
import type { Rule } from "../../../lib/compile/passes/rewrite.ts";
import { traceProgram } from "../../../lib/compile/trace/trace.ts";
import { crossEntropy } from "../../../lib/nn/loss.ts";
import { cpuRuntime } from "../../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../../lib/runtimes/onnx.ts";
import type { Program, RunInputs } from "../../../lib/runtimes/program.ts";
import { input } from "../support/graph.ts";
import { normal } from "../support/random.ts";
import { rewritten, unchanged } from "../support/rule.ts";

const [batch, classes] = [8, 5];

/** A step whose logits are its examples: the mean loss and its gradient. */
const program: Program = {
  name: "loss",
  examples: { logits: { shape: [classes], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
  scalars: [],
  constants: {},
  state: {},
  body: ({ examples: { logits, labels } }) => {
    const meanLoss = (logits: tf.Tensor) => tf.mean(crossEntropy(logits, labels!)) as tf.Scalar;
    const { value, grad } = tf.valueAndGrad(meanLoss)(logits!);
    return { state: {}, steps: { loss: value }, rows: { gradient: grad } };
  },
};

Deno.test("optimise() brings the gradient of a mean cross-entropy to its closed form, with one softmax for it and the loss", () => {
  assert.equal(
    graphText(optimise(traceProgram(program, batch))),
    `graph loss, batch 8
  %0 = example logits float32[8,5]
  %1 = example labels int32[8]
  %2 = oneHot(%1, depth 5, on 1, off 0) float32[8,5]
  %3 = softmax(%0, logarithm) float32[8,5]
  %4 = multiply(%2, %3) float32[8,5]
  %5 = reduce(%4, sum, axes [1]) float32[8]
  %6 = negate(%5) float32[8]
  %7 = reduce(%6, mean, axes [0]) float32[]
  %8 = exp(%3) float32[8,5]
  %9 = subtract(%8, %2) float32[8,5]
  %10 = multiply(%9, 0.125) float32[8,5]
step loss = %7
row gradient = %10
`,
  );
});

const next = normal(3);
const kinds: Record<string, () => number> = {
  "usual logits": () => 3 * next(),
  "logits of ten thousand": () => 1e4 * Math.sign(next()),
  "logits that are all but equal": () => 1e-6 * next(),
};
for (const [name, draw] of Object.entries(kinds)) {
  Deno.test(`the closed form of cross-entropy is that of tfjs on ${name}`, async () => {
    const logits = Float32Array.from({ length: batch * classes }, draw);
    const inputs: RunInputs = {
      examples: { logits, labels: Int32Array.from({ length: batch }, (_, row) => row % classes) },
      order: Int32Array.from({ length: batch }, (_, row) => row),
    };
    const [found, expected] = await Promise.all([onnxRuntime, cpuRuntime].map(async (runtime) => {
      const executable = await runtime.compile(program, { batch });
      const { steps, rows } = await executable.run(inputs);
      await executable.dispose();
      return { loss: steps.loss!.data[0]!, gradient: rows.gradient!.data };
    }));
    assert.ok(Math.abs(found!.loss - expected!.loss) <= 1e-6 * expected!.loss, `${found!.loss} ${expected!.loss}`);
    expected!.gradient.forEach((value, index) => {
      assert.ok(Math.abs(found!.gradient[index]! - value) <= 1e-7, `${found!.gradient[index]} ${value}`);
    });
  });
}

const [x, y] = [input("x", [2, 3]), input("y", [2, 3])];
const codes = node({ kind: "oneHot", depth: 3, on: 0.75, off: 0.125, dtype: "float32" }, [input("i", [2], "int32")]);
const reduced = (input: Node, name: "sum" | "max", axis: number, keep = true) =>
  node({ kind: "reduce", function: name, axes: [axis], keep }, [input]);
const logSoftmax = (shift: Node, axis: number) => {
  const shifted = binary("subtract", x, shift);
  return binary("subtract", shifted, unary("log", reduced(unary("exp", shifted), "sum", axis)));
};
const scaled = (input: Node, number: number) => binary("multiply", input, fill(number));

const cases: readonly [rule: Rule, name: string, node: Node, lines: readonly string[]][] = [
  [rules.logSoftmaxOfParts, "x - max(x) - log(sum(exp(x - max(x))))", logSoftmax(reduced(x, "max", 1), 1), [
    "%1 = softmax(%0, logarithm) float32[2,3]",
    "step 0 = %1",
  ]],
  [rules.sumOfScaled, "sum(x * 4)", reduced(scaled(x, 4), "sum", 1), [
    "%1 = reduce(%0, sum, axes [1], keep) float32[2,1]",
    "%2 = multiply(%1, 4) float32[2,1]",
    "step 0 = %2",
  ]],
  [rules.sumOfOneHot, "sum(oneHot)", reduced(codes, "sum", 1, false), ["%1 = fill 1 float32[2]", "step 0 = %1"]],
  [rules.differenceOfScaled, "x * 4 - y * 4", binary("subtract", scaled(x, 4), scaled(y, 4)), [
    "%2 = subtract(%0, %1) float32[2,3]",
    "%3 = multiply(%2, 4) float32[2,3]",
    "step 0 = %3",
  ]],
  [rules.differenceOfScaled, "x * -4 - y * -4", binary("subtract", scaled(x, -4), scaled(y, -4)), [
    "%2 = subtract(%1, %0) float32[2,3]",
    "%3 = multiply(%2, 4) float32[2,3]",
    "step 0 = %3",
  ]],
];

for (const [rule, name, node, lines] of cases) {
  Deno.test(`${rule.name}() rewrites ${name}`, () => {
    assert.deepEqual(rewritten(node, rule), lines);
  });
}

Deno.test("the rules of cross-entropy leave alone what only looks alike", () => {
  const nodes = [
    logSoftmax(reduced(y, "max", 1), 1),
    logSoftmax(reduced(x, "max", 1), 0),
    logSoftmax(reduced(x, "sum", 1), 1),
    reduced(codes, "sum", 0),
    reduced(codes, "max", 1),
    reduced(scaled(x, -1), "max", 1),
    binary("subtract", scaled(x, 4), scaled(y, 3)),
    binary("subtract", scaled(x, 4), scaled(input("row", [3]), 4)),
  ];
  for (const node of nodes) assert.deepEqual(rewritten(node, ...rules.crossEntropyRules), unchanged(node));
});
