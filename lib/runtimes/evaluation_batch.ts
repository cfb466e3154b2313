/** Examples a step, at most: enough to keep a matrix product busy, few enough for the activations to stay in the cache. */
const mostExamples = 500;
/** Bytes of a layer's features in a step, at most. */
const layerBytes = 2 ** 25;

/**
 * Examples a step for programs that run a network without training it: not even the features of a layer of images, 65,536
 * values each, take much memory then.
 *
 * @param sizes widths of the network's layers
 */
export function evaluationBatch(sizes: readonly number[]): number {
  return Math.max(1, Math.min(mostExamples, Math.floor(layerBytes / (4 * Math.max(...sizes)))));
}
