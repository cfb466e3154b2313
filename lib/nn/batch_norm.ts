import * as tf from "@tensorflow/tfjs";

/**
 * Batch normalisation with the moments of the batch, `(x - mean) * scale / sqrt(variance + epsilon) + offset`, and its
 * gradient in closed form: about half the passes over the batch that differentiating each operation would take.
 *
 * The gradient is that of the whole, the moments' dependence on `x` included (Ioffe and Szegedy, arXiv 1502.03167, section
 * 3), so `mean` and `variance` must be those of `x` over all axes but the last (see {@linkcode batchMoments}); they are
 * taken as they are and get no gradient of their own.
 *
 * @param x `[..., features]`
 * @param mean `[features]`, of `x`
 * @param variance `[features]`, of `x`, biased (divided by the count)
 * @param scale `[features]`
 * @param offset `[features]`
 */
export function batchNorm(
  x: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  epsilon: number = 1e-5,
): tf.Tensor {
  const axes = batchAxes(x);
  const count = x.size / (x.shape[x.rank - 1] ?? 1);
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: tf.Tensor[]) => void;
    const [x, scale, offset] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const factor = tf.mul(inverse, scale);
    save([x, inverse, factor]);
    const value = tf.add(tf.mul(tf.sub(x, mean), factor), offset);
    const gradFunc = (gradient: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, inverse, factor] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      const centred = tf.sub(x, mean);
      const offsetGradient = tf.sum(gradient, axes);
      const scaleGradient = tf.mul(tf.sum(tf.mul(gradient, centred), axes), inverse);
      // dx = factor * (g - mean(g) - centred * inverse^2 * mean(g * centred)), with one pass for each of its three terms.
      const slope = tf.div(tf.mul(tf.mul(factor, inverse), scaleGradient), count);
      const shift = tf.div(tf.mul(factor, offsetGradient), count);
      const xGradient = tf.sub(tf.sub(tf.mul(gradient, factor), tf.mul(centred, slope)), shift);
      return [xGradient, scaleGradient, offsetGradient];
    };
    return { value, gradFunc };
  });
  return operation(x, scale, offset);
}

/**
 * Mean and biased variance of each feature over all axes but the last, without a gradient: what {@linkcode batchNorm} takes.
 *
 * @param x `[..., features]`
 * @returns two tensors `[features]`
 */
export function batchMoments(x: tf.Tensor): { mean: tf.Tensor; variance: tf.Tensor } {
  const axes = batchAxes(x);
  const mean = tf.mean(x, axes);
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), axes) };
}

function batchAxes(x: tf.Tensor): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}
