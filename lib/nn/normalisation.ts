import * as tf from "@tensorflow/tfjs";

/** Mean and standard deviation of each channel of the train set, of pixels divided by 255. */
export interface Normalisation {
  /** A mean a channel. */
  readonly mean: readonly number[];
  /** A standard deviation a channel, positive. */
  readonly deviation: readonly number[];
}

/**
 * Pixels from 0 to 255 to `(pixel / 255 - mean) / deviation`, channel by channel.
 *
 * @param images `[batch, height, width, channels]`, int32
 * @returns the same shape, float32
 */
export function normalise(images: tf.Tensor, { mean, deviation }: Normalisation): tf.Tensor {
  const factor = tf.tensor1d(deviation.map((deviation) => 1 / (255 * deviation)));
  const offset = tf.tensor1d(mean.map((mean, channel) => -mean / deviation[channel]!));
  return tf.add(tf.mul(tf.cast(images, "float32"), factor), offset);
}
