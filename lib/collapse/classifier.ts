import { centredMeans } from "./centred_means.ts";
import type { ClassMoments } from "./moments.ts";

/** The network's last linear map: logits = weights^T h + biases, h the mean of the last layer's features over an image. */
export interface Classifier {
  /**
   * `[d, C]`, row by row. The last layer has D = places * d features, channels innermost, and h is their mean over the places;
   * D = d where the classifier takes the features as they are.
   */
  readonly weights: Float32Array;
}

/** How a classifier's rows lie to the class means that it sees: what NC3 needs. */
export interface ClassifierStatistics {
  /** `[C, C]`: W M^T, row by row, M the centred class means of h; zeros in the row and column of a missing class. */
  readonly products: ArrayLike<number>;
  /** |W|_F^2 over the classes that have examples. */
  readonly weightsNorm: number;
  /** |M|_F^2. */
  readonly meansNorm: number;
}

/**
 * Compares a classifier with class means of the last layer.
 *
 * @throws {Error} where the layer's width is no multiple of the classifier's
 */
export function classifierStatistics({ weights }: Classifier, moments: ClassMoments): ClassifierStatistics {
  const { classes, size, counts } = moments;
  const width = weights.length / classes;
  if (size % width !== 0) {
    throw new Error(`The classifier takes ${width} features, but the last layer has ${size}: expected a multiple`);
  }
  const means = pooled(centredMeans(moments).means, classes, size, width);
  const products = new Float64Array(classes * classes);
  let [weightsNorm, meansNorm] = [0, 0];
  for (let i = 0; i < classes; i++) {
    if (counts[i] === 0) continue;
    for (let at = 0; at < width; at++) {
      const weight = weights[at * classes + i]!;
      weightsNorm += weight ** 2;
      meansNorm += means[i * width + at]! ** 2;
      for (let j = 0; j < classes; j++) products[i * classes + j]! += weight * means[j * width + at]!;
    }
  }
  return { products, weightsNorm, meansNorm };
}

/** Each class's mean over the places of an image, `[C, width]`. */
function pooled(means: Float64Array, classes: number, size: number, width: number): Float64Array {
  const places = size / width;
  const result = new Float64Array(classes * width);
  for (let label = 0; label < classes; label++) {
    for (let at = 0; at < size; at++) result[label * width + at % width]! += means[label * size + at]! / places;
  }
  return result;
}
