import { forEachPair, pairCount } from "./class_statistics.ts";

/** What the published formula makes of a layer's features: class variances and distances of means, rounded as it rounds. */
export interface PublishedStatistics {
  /** `[C]`: |E|f|^2 - |mu|^2|; 0 where a class is missing. */
  readonly variances: ArrayLike<number>;
  /** `[C (C - 1) / 2]`: |mu_i - mu_j|^2 for i < j, row by row; 0 where a class is missing. */
  readonly distances: ArrayLike<number>;
}

/**
 * Accumulates what the published code does, to show what its rounding costs: `analysis.py` of
 * https://github.com/TomerGalanti/NeuralCollapseDepth. In float32 it adds up each batch's sums of f and of |f|^2 by class,
 * divides them by the number of examples, takes the difference
 *
 *     Var_c = | E|f|^2 - |mu_c|^2 |
 *
 * and the squared distances of the means.
 *
 * What a batch adds is taken as correctly rounded, which PyTorch's pairwise sums nearly are; the running totals and all that
 * follows are rounded to float32 at each step. A batch here is a step of the measurement, 125 examples unless layers are wide,
 * there 128. So the sums of a step that the accurate moments need anyway suffice, and the formula costs next to nothing.
 */
export class PublishedMoments {
  readonly #counts: Float64Array;
  readonly #totals: readonly Float32Array[];
  readonly #squares: Float32Array;

  /**
   * Starts without examples.
   *
   * @param classes number of classes C
   * @param size width D of a feature vector
   */
  constructor(classes: number, size: number) {
    this.#counts = new Float64Array(classes);
    this.#totals = Array.from({ length: classes }, () => new Float32Array(size));
    this.#squares = new Float32Array(classes);
  }

  /**
   * Adds the examples of a class in a step, by their sums about a shift s.
   *
   * @param count how many there are
   * @param shift `[D]`: s
   * @param sums `[D]`: the sum of f - s
   * @param squares the sum of |f - s|^2
   */
  add(label: number, count: number, shift: Float64Array, sums: Float64Array, squares: number): void {
    const totals = this.#totals[label]!;
    let whole = squares;
    for (let at = 0; at < totals.length; at++) {
      const [origin, sum] = [shift[at]!, sums[at]!];
      whole += origin * (2 * sum + count * origin);
      totals[at]! += Math.fround(sum + count * origin);
    }
    this.#squares[label]! += Math.fround(whole);
    this.#counts[label]! += count;
  }

  /** What the formula gives of all examples so far. */
  statistics(): PublishedStatistics {
    const classes = this.#counts.length;
    const variances = new Float64Array(classes);
    const means = this.#totals.map((totals, label) => totals.map((total) => total / Math.max(1, this.#counts[label]!)));
    means.forEach((mean, label) => {
      if (this.#counts[label] === 0) return;
      const square = Math.fround(this.#squares[label]! / this.#counts[label]!);
      variances[label] = Math.abs(square - squaredNorm(mean));
    });
    const distances = new Float32Array(pairCount(classes));
    forEachPair(classes, (i, j, pair) => {
      if (this.#counts[i] === 0 || this.#counts[j] === 0) return;
      const difference = means[i]!.map((value, at) => value - means[j]![at]!);
      distances[pair] = Math.fround(Math.sqrt(squaredNorm(difference))) ** 2;
    });
    return { variances, distances };
  }
}

/**
 * CDNV by the published formula; `null` where it has no finite value. Pairs with a missing class are left out, as those of
 * the accurate CDNV are (the published code divides by zero).
 *
 * @param counts `[C]`: the number of examples of each class
 */
export function publishedCdnv(counts: ArrayLike<number>, { variances, distances }: PublishedStatistics): number | null {
  let [sum, pairs] = [0, 0];
  forEachPair(counts.length, (i, j, pair) => {
    if (counts[i] === 0 || counts[j] === 0) return;
    sum += (variances[i]! + variances[j]!) / (2 * distances[pair]!);
    pairs++;
  });
  return pairs > 0 && Number.isFinite(sum) ? sum / pairs : null;
}

/** The sum of squares, each rounded to float32, correctly rounded to float32. */
function squaredNorm(vector: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += Math.fround(vector[at]! ** 2);
  return Math.fround(sum);
}
