import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../runtimes/program.ts";

/**
 * Scales gradients down where their norm, over all of them together, is above a limit: each is multiplied by
 * `min(1, limit / (norm + 1e-6))`, as torch.nn.utils.clip_grad_norm_ does (Pascanu, Mikolov and Bengio, arXiv 1211.5063).
 *
 * @param limit positive
 */
export function clipped(gradients: Tensors, limit: number): Tensors {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(1, tf.div(limit, tf.add(norm, 1e-6)));
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}
