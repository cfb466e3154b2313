import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { batchMoments, batchNorm } from "../../lib/nn/batch_norm.ts";

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
