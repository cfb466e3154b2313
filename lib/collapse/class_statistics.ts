import type { ClassMoments } from "./moments.ts";

/** What CDNV needs of a layer's features, whatever the layer's width: 65 numbers for 10 classes, counts among them. */
export interface ClassStatistics {
  /** `[C]`: n_c, the number of examples. */
  readonly counts: ArrayLike<number>;
  /** `[C]`: Var_c = (1/n_c) sum |f(x) - mu_c|^2; 0 where n_c = 0. */
  readonly variances: ArrayLike<number>;
  /** `[C (C - 1) / 2]`: |mu_i - mu_j|^2 for i < j, row by row; 0 where a class is missing. */
  readonly distances: ArrayLike<number>;
  /** Largest mean of |f(x)|^2 over a class: what a distance is compared to when it might be rounding alone. */
  readonly scale: number;
}

/** Reduces moments to what does not depend on the layer's width. */
export function classStatistics({ classes, size, counts, means, scatters }: ClassMoments): ClassStatistics {
  const variances = new Float64Array(classes);
  const distances = new Float64Array(pairCount(classes));
  let scale = 0;
  for (let label = 0; label < classes; label++) {
    if (counts[label] === 0) continue;
    variances[label] = scatters[label]! / counts[label]!;
    let norm = 0;
    for (let at = label * size; at < (label + 1) * size; at++) norm += means[at]! ** 2;
    scale = Math.max(scale, norm + variances[label]!);
  }
  forEachPair(classes, (i, j, pair) => {
    if (counts[i] === 0 || counts[j] === 0) return;
    let distance = 0;
    for (let at = 0; at < size; at++) distance += (means[i * size + at]! - means[j * size + at]!) ** 2;
    distances[pair] = distance;
  });
  return { counts, variances, distances, scale };
}

/** Number of pairs of classes. */
export function pairCount(classes: number): number {
  return classes * (classes - 1) / 2;
}

/** Calls back for each pair i < j of classes, row by row, with the pair's place in that order. */
export function forEachPair(classes: number, callback: (i: number, j: number, pair: number) => void): void {
  let pair = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++) callback(i, j, pair++);
  }
}
