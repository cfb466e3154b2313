import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../runtimes/program.ts";

/**
 * `features * weight`, plus the bias where there is one.
 *
 * @param name of the map, whose variables `linearMapSpecs` gave
 * @param features `[batch, inputs]`
 * @returns `[batch, outputs]`
 */
export function linear(name: string, parameters: Tensors, features: tf.Tensor): tf.Tensor {
  const product = tf.matMul(features as tf.Tensor2D, parameters[`${name}.weight`] as tf.Tensor2D);
  return withBias(product, parameters[`${name}.bias`]);
}

/**
 * A convolution as torch.nn.Conv2d computes it, plus the bias where there is one. Half a window of zeros is padded on each
 * side, so that a stride of 1 keeps height and width; a stride of 2 starts at the first row and column.
 *
 * @param name of the map, whose variables `linearMapSpecs` gave: the weight is `[size, size, channels, outputs]`, its size odd
 * @param images `[batch, height, width, channels]`
 * @returns `[batch, ceil(height / stride), ceil(width / stride), outputs]`
 */
export function convolution(name: string, parameters: Tensors, images: tf.Tensor, stride: 1 | 2): tf.Tensor {
  const weight = parameters[`${name}.weight`] as tf.Tensor4D;
  const product = tf.conv2d(images as tf.Tensor4D, weight, stride, (weight.shape[0] - 1) / 2);
  return withBias(product, parameters[`${name}.bias`]);
}

function withBias(product: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  return bias === undefined ? product : tf.add(product, bias);
}
