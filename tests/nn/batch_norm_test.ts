import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { topologicalOrder } from "../../lib/compile/graph/graph.ts";
import { sizeOf } from "../../lib/compile/graph/shape.ts";
import { optimise } from "../../lib/compile/passes/optimise.ts";
import { traceProgram } from "../../lib/compile/trace/trace.ts";
import { batchMoments, batchNorm } from "../../lib/nn/batch_norm.ts";
import type { Program, Tensors } from "../../lib/runtimes/program.ts";

await tf.setBackend("cpu");

function normal(shape: number[], seed: number): tf.Tensor {
  return tf.randomNormal(shape, 0.5, 2, "float32", seed);
}

for (const shape of [[16, 5], [4, 3, 2, 7]]) {
  const features = shape.at(-1) as number;
  const axes = shape.slice(0, -1).map((_, axis) => axis);
  const inputs = [normal(shape, 1), normal([features], 2), normal([features], 3)];
  const weights = normal(shape, 4);

  Deno.test(`batchNorm() of [${shape}] has the value and the gradients that tfjs derives step by step`, async () => {
    const ours = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Scalar => {
      const { mean, variance } = batchMoments(x);
      return tf.sum(tf.mul(batchNorm(x, mean, variance, scale, offset, 1e-3), weights));
    };
    const reference = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Scalar => {
      const { mean, variance } = tf.moments(x, axes);
      const normalised = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3)));
      return tf.sum(tf.mul(tf.add(tf.mul(normalised, scale), offset), weights));
    };
    const found = tf.valueAndGrads(ours as never)(inputs);
    const expected = tf.valueAndGrads(reference as never)(inputs);
    for (
      const [actual, wanted] of [[found.value, expected.value], ...found.grads.map((g, i) => [g, expected.grads[i]])]
    ) {
      const [a, b] = [await actual!.data(), await wanted!.data()];
      assert.deepEqual(actual!.shape, wanted!.shape);
      const size = Math.max(...b.map(Math.abs));
      for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i]! - b[i]!) <= 2e-6 * size, `${a[i]} against ${b[i]}`);
    }
  });
}

Deno.test("batchMoments() gives the biased variance", () => {
  const { mean, variance } = batchMoments(tf.tensor2d([[1, 10], [3, 10]]));
  assert.deepEqual([...mean.dataSync()], [2, 10]);
  assert.deepEqual([...variance.dataSync()], [1, 0]);
});

Deno.test("batchNorm() is, compiled, four operations on whole batches and two sums forward, five and two backward", () => {
  const shape = [16, 4, 4, 3];
  const size = sizeOf(shape);
  const program: Program = {
    name: "batch norm",
    examples: { x: { shape: shape.slice(1), dtype: "float32" }, slope: { shape: shape.slice(1), dtype: "float32" } },
    scalars: [],
    constants: { scale: { shape: [3], dtype: "float32" }, offset: { shape: [3], dtype: "float32" } },
    state: {},
    body: ({ examples: { x, slope }, constants: { scale, offset } }) => {
      const rows: Tensors = {};
      const weighted = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => {
        const { mean, variance } = batchMoments(x);
        const value = batchNorm(x, mean, variance, scale, offset);
        rows.value = tf.keep(value);
        return tf.sum(tf.mul(value, slope!)) as tf.Scalar;
      };
      const [gradient, ...others] = tf.grads(weighted)([x!, scale!, offset!]);
      rows.gradient = gradient!;
      return { state: {}, steps: { scale: others[0]!, offset: others[1]! }, rows };
    },
  };
  const traced = optimise(traceProgram(program, shape[0]!));
  const counts = (names: readonly string[]) => {
    const results = traced.outputs.filter(({ name }) => names.includes(name)).map(({ node }) => node);
    const nodes = topologicalOrder(results).filter(({ operation }) => operation.kind !== "input");
    return {
      whole: nodes.filter(({ shape }) => sizeOf(shape) === size).length,
      sums: nodes.filter(({ inputs, shape }) => sizeOf(shape) < size && inputs.some((i) => sizeOf(i.shape) === size))
        .length,
    };
  };
  assert.deepEqual(counts(["value"]), { whole: 4, sums: 2 });
  assert.deepEqual(counts(["value", "gradient", "scale", "offset"]), { whole: 4 + 5, sums: 2 + 2 });
});
