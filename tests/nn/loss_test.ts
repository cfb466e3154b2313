import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { exampleLosses, type Loss } from "../../lib/nn/loss.ts";
import { Random } from "../../lib/nn/random.ts";

const [batch, classes] = [6, 4];
const random = new Random(0, "logits");
const logits = Array.from({ length: batch }, () => Array.from({ length: classes }, () => 3 * random.normal()));
const labels = [0, 3, 1, 1, 2, 0];

/** The losses by their definitions and the gradients of their means, in float64. */
const definitions: Record<Loss, (row: number[], label: number) => { loss: number; gradient: number[] }> = {
  "cross-entropy": (row, label) => {
    const sum = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const gradient = row.map((logit, at) => Math.exp(logit) / sum - (at === label ? 1 : 0));
    return { loss: -Math.log(Math.exp(row[label]!) / sum), gradient };
  },
  mse: (row, label) => {
    const excess = row.map((logit, at) => logit - (at === label ? 1 : 0));
    const loss = excess.reduce((sum, value) => sum + value * value, 0) / classes;
    return { loss, gradient: excess.map((value) => 2 * value / classes) };
  },
};

for (const loss of ["cross-entropy", "mse"] as const) {
  Deno.test(`exampleLosses() gives ${loss} by its definition, and the gradient of the mean`, async () => {
    await tf.setBackend("cpu");
    const targets = tf.tensor1d(labels, "int32");
    const expected = logits.map((row, index) => definitions[loss](row, labels[index]!));
    exampleLosses(loss, tf.tensor2d(logits), targets).dataSync().forEach((value, row) => {
      assert.ok(Math.abs(value - expected[row]!.loss) < 1e-5, `${value} ${expected[row]!.loss}`);
    });
    const gradient = tf.grad((logits) => tf.mean(exampleLosses(loss, logits, targets)))(tf.tensor2d(logits));
    gradient.dataSync().forEach((value, index) => {
      const slope = expected[Math.floor(index / classes)]!.gradient[index % classes]! / batch;
      assert.ok(Math.abs(value - slope) < 1e-6, `${value} ${slope}`);
    });
  });
}
