import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { clipped } from "../../lib/nn/clipping.ts";
import { Random } from "../../lib/nn/random.ts";

Deno.test("clipped() scales all gradients by one factor, to the limit, where their norm is above it", async () => {
  await tf.setBackend("cpu");
  const random = new Random(0, "gradients");
  const draw = (count: number) => Array.from({ length: count }, () => random.normal());
  const values = { one: draw(12), two: draw(5), zero: [0] };
  const gradients = { one: tf.tensor(values.one, [3, 4]), two: tf.tensor1d(values.two), zero: tf.tensor1d([0]) };
  const norm = Math.hypot(...Object.values(values).flat());
  for (const limit of [norm / 7, norm * 2]) {
    const result = clipped(gradients, limit);
    const factor = limit < norm ? limit / (norm + 1e-6) : 1;
    for (const name of ["one", "two", "zero"] as const) {
      assert.deepEqual(result[name]!.shape, gradients[name].shape);
      result[name]!.dataSync().forEach((value, index) => {
        assert.ok(Math.abs(value - factor * values[name][index]!) < 1e-6, `${name}, limit ${limit}`);
      });
    }
  }
});
