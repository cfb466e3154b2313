import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { centredMeans } from "./centred_means.ts";
import type { ClassMoments } from "./moments.ts";

/** The widest layer whose effective rank is measured: it takes a matrix of D x D and its eigenvalues. */
export const widestRanked = 512;

/** How many dimensions a layer's features use; `null` where they do not vary. */
export interface EffectiveRanks {
  /** Of the features about the mean of the class means. */
  readonly total: number | null;
  /** Of the features about their class means. */
  readonly within: number | null;
}

/**
 * The effective rank of Roy and Vetterli (EUSIPCO 2007): exp(-sum p_k ln p_k), p_k the singular values over their sum; zeros add
 * nothing. `null` without any singular value above 0.
 */
export function effectiveRank(singularValues: readonly number[]): number | null {
  const sum = singularValues.reduce((sum, value) => sum + value, 0);
  if (sum === 0) return null;
  const entropy = singularValues.reduce((entropy, value) => {
    return value === 0 ? entropy : entropy - value / sum * Math.log(value / sum);
  }, 0);
  return Math.exp(entropy);
}

/**
 * The effective ranks of a layer's features, of which each class weighs the same however many examples it has. The singular
 * values of the features about a centre are, but for a common factor, the roots of the eigenvalues of their covariance: Sigma_W
 * about the class means, and Sigma_W + Sigma_B about the mean of these, Sigma_B = M^T M / C with M the centred class means.
 *
 * @param within `[D, D]`: Sigma_W
 */
export function effectiveRanks(within: Float64Array, moments: ClassMoments): EffectiveRanks {
  const { size, classes, counts } = moments;
  const { means } = centredMeans(moments);
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const total = within.slice();
  for (let label = 0; label < classes; label++) {
    const own = means.subarray(label * size, (label + 1) * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) total[i * size + j]! += own[i]! * own[j]! / present;
    }
  }
  return { total: effectiveRankOf(total, size), within: effectiveRankOf(within, size) };
}

/** Of a covariance of `size` x `size`. Eigenvalues of at most D 2^-52 of the largest are rounding, and taken as 0. */
function effectiveRankOf(covariance: Float64Array, size: number): number | null {
  const matrix = new Matrix(size, size);
  // Both halves are rounded on their own.
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) matrix.set(i, j, (covariance[i * size + j]! + covariance[j * size + i]!) / 2);
  }
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const floor = size * 2 ** -52 * Math.max(...realEigenvalues);
  return effectiveRank(realEigenvalues.flatMap((value) => value > floor ? [Math.sqrt(value)] : []));
}
