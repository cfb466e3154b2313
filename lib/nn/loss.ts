import * as tf from "@tensorflow/tfjs";
import { z } from "zod";

/** What a training minimises, as a pipeline file writes it. */
export const lossParameter: z.ZodDefault<z.ZodEnum<{ "cross-entropy": "cross-entropy"; mse: "mse" }>> = z
  .enum(["cross-entropy", "mse"]).default("cross-entropy").meta({
    description: "What is minimised: cross-entropy, or the mean squared error from one-hot labels",
  });

/** The name of a loss. */
export type Loss = z.output<typeof lossParameter>;

/**
 * The loss of each example: {@linkcode crossEntropy} or {@linkcode squaredError}.
 *
 * @param logits `[batch, classes]`
 * @param labels `[batch]`, int32
 * @returns `[batch]`
 */
export function exampleLosses(loss: Loss, logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  switch (loss) {
    case "cross-entropy":
      return crossEntropy(logits, labels);
    case "mse":
      return squaredError(logits, labels);
  }
}

/**
 * Cross-entropy of each example, `-log softmax(logits)[label]`, natural logarithm.
 *
 * @param logits `[batch, classes]`
 * @param labels `[batch]`, int32
 * @returns `[batch]`
 */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(targetsOf(logits, labels), tf.logSoftmax(logits)), 1));
}

/**
 * Squared error of each example, the mean over classes of `(logit - target)^2` with the one-hot label for target: its mean over
 * a batch is torch.nn.MSELoss. The loss of Han, Papyan and Donoho (arXiv 2106.02073), half the sum over classes, is
 * `classes / 2` times that.
 *
 * @param logits `[batch, classes]`
 * @param labels `[batch]`, int32
 * @returns `[batch]`
 */
export function squaredError(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(tf.sub(logits, targetsOf(logits, labels))), 1);
}

/**
 * How many examples have their largest logit at their label; of equal logits the first counts.
 *
 * @param logits `[batch, classes]`
 * @param labels `[batch]`, int32
 * @returns a float32 scalar, exact up to 2^24
 */
export function correctCount(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), "float32"));
}

function targetsOf(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.cast(tf.oneHot(labels as tf.Tensor1D, logits.shape[1]!), "float32");
}
