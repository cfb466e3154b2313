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
  const channels = mean.length;
  const pixels = images.size / images.shape[0]!;
  // A factor for each pixel of an image rather than each channel: engines are slow where a broadcast runs along short rows.
  const spread = (values: readonly number[]) =>
    tf.tensor1d(Float32Array.from({ length: pixels }, (_, pixel) => values[pixel % channels]!));
  const factor = spread(deviation.map((deviation) => 1 / (255 * deviation)));
  const offset = spread(mean.map((mean, channel) => -mean / deviation[channel]!));
  const flat = tf.cast(tf.reshape(images, [-1, pixels]), "float32");
  return tf.reshape(tf.add(tf.mul(flat, factor), offset), images.shape);
}
