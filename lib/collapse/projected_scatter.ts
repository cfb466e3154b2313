import type { Labels } from "./moments.ts";

/**
 * Accumulates the within-class covariance in the directions of the class means: what NC1 needs of Sigma_W, in `[C, C]`
 * instead of `[D, D]`.
 *
 * With M the centred class means, `[C, D]`, and p(x) = M (f(x) - mu_y), the projection of an example's residual, it is
 *
 *     M Sigma_W M^T = mean over the classes c of  (1 / n_c) sum over their examples of  p p^T,
 *
 * where Sigma_W is the mean of the classes' covariances. The means must be known: it takes a second pass.
 */
export class ProjectedScatter {
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;

  /**
   * Starts without examples.
   *
   * @param counts `[C]`: how many examples of each class are to be added
   */
  constructor(counts: Float64Array) {
    const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    this.#weights = counts.map((count) => count > 0 ? 1 / (present * count) : 0);
    this.#sums = new Float64Array(counts.length * (counts.length + 1) / 2);
  }

  /**
   * Adds examples.
   *
   * @param projections `[labels.length, C]`: p(x), of {@linkcode residualProjections}
   */
  add(projections: Float64Array, labels: Labels): void {
    const classes = this.#weights.length;
    for (let row = 0; row < labels.length; row++) {
      const weight = this.#weights[labels[row]!]!;
      let cell = 0;
      for (let i = 0; i < classes; i++) {
        const scaled = weight * projections[row * classes + i]!;
        for (let j = i; j < classes; j++) this.#sums[cell++]! += scaled * projections[row * classes + j]!;
      }
    }
  }

  /** `[C (C + 1) / 2]`: the upper triangle of M Sigma_W M^T, row by row; a missing class has zeros. */
  values(): Float64Array {
    return this.#sums.slice();
  }
}
