import * as tf from "@tensorflow/tfjs";

/**
 * Cross-entropy of each example, `-log softmax(logits)[label]`, natural logarithm.
 *
 * @param logits `[batch, classes]`
 * @param labels `[batch]`, int32
 * @returns `[batch]`
 */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const targets = tf.cast(tf.oneHot(labels as tf.Tensor1D, logits.shape[1]!), "float32");
  return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1));
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
