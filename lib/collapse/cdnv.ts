import { type ClassStatistics, forEachPair } from "./class_statistics.ts";

/** Class-distance normalised variance of a layer; `null` where it has no finite value. */
export interface Cdnv {
  /** The mean of V_ij over the pairs of classes: what the paper calls CDNV. */
  readonly mean: number | null;
  /** The median of V_ij; pairs whose means coincide count as infinite. */
  readonly median: number | null;
  /** The largest V_ij. */
  readonly max: number | null;
  /** The mean of the bias-corrected V_ij, see {@linkcode cdnv}. */
  readonly corrected: number | null;
  /** Pairs without a finite V_ij: a class is missing, or the means coincide. */
  readonly degeneratePairs: number;
  /** Pairs without a corrected V_ij: those, and where a class has one example or the separation cannot be told from none. */
  readonly uncorrectedPairs: number;
}

/** Two means closer than this share of the features' norm differ by rounding alone. */
export const coincidence: number = 2 ** -46;

/**
 * Class-distance normalised variance (Galanti, Gyorgy and Hutter, arXiv 2112.15121, eq. 2; Galanti, arXiv 2202.09028,
 * section 3): V_ij = (Var_i + Var_j) / (2 |mu_i - mu_j|^2).
 *
 * Pairs with a missing class are left out. Where the means of a pair coincide, V_ij is infinite, and mean, max and the
 * corrected value are `null`. Both kinds are counted.
 *
 * The corrected value takes the examples as a sample. Of n_c examples with true variance v_c,
 * E[n_c Var_c / (n_c - 1)] = v_c, and E|m_i - m_j|^2 = |mu_i - mu_j|^2 + v_i / n_i + v_j / n_j for the sample means m. So
 *
 *     V'_ij = (s_i + s_j) / (2 (|m_i - m_j|^2 - s_i / n_i - s_j / n_j)),   s_c = n_c Var_c / (n_c - 1),
 *
 * has numerator and denominator without bias: what is subtracted is what the analysis of variance subtracts from a mean square
 * between groups (Searle, Casella and McCulloch, "Variance Components", 1992). (Without any separation V_ij tends to
 * (n - 1) / 2 instead of infinity.) Where a denominator is not positive, the separation cannot be told from none, and the
 * corrected value is `null`; so it is where a class has one example.
 */
export function cdnv(statistics: ClassStatistics): Cdnv {
  const { counts, variances, distances } = statistics;
  const values: number[] = [];
  const corrected: (number | null)[] = [];
  let missing = 0;
  forEachPair(counts.length, (i, j, pair) => {
    const value = pairCdnv(statistics, i, j, pair);
    if (value === null) {
      missing++;
      return;
    }
    values.push(value);
    const correct = () => correctedValue(counts[i]!, counts[j]!, variances[i]!, variances[j]!, distances[pair]!);
    corrected.push(value === Infinity ? null : correct());
  });
  const coinciding = values.filter((value) => value === Infinity).length;
  values.sort((a, b) => a - b);
  return {
    mean: finiteOrNull(meanOf(values)),
    median: finiteOrNull(medianOf(values)),
    max: finiteOrNull(values.at(-1)),
    corrected: corrected.some((value) => value === null) ? null : finiteOrNull(meanOf(corrected as number[])),
    degeneratePairs: missing + coinciding,
    uncorrectedPairs: missing + corrected.filter((value) => value === null).length,
  };
}

/**
 * V_ij of one pair of classes; infinite where their means coincide, `null` where one has no examples.
 *
 * @param pair the pair's place, as `forEachPair` counts them
 */
export function pairCdnv(statistics: ClassStatistics, i: number, j: number, pair: number): number | null {
  const { counts, variances, distances, scale } = statistics;
  if (counts[i] === 0 || counts[j] === 0) return null;
  const distance = distances[pair]!;
  return distance <= coincidence ** 2 * scale ? Infinity : (variances[i]! + variances[j]!) / (2 * distance);
}

/**
 * The largest macro-averaged NCC error that features of a CDNV can have, where means, variances and errors are of the same
 * examples: 4 (C - 1) CDNV.
 *
 * An example of class i can only be nearer to mu_j than to mu_i if it is at least |mu_i - mu_j| / 2 from mu_i, which by
 * Chebyshev's inequality happens for at most a share 4 Var_i / |mu_i - mu_j|^2 of the class. Summed over j and averaged over
 * i this is 8 / C times the sum of V_ij over pairs.
 */
export function nccErrorBound(classes: number, cdnv: number): number {
  return 4 * (classes - 1) * cdnv;
}

function correctedValue(n: number, m: number, first: number, second: number, distance: number): number | null {
  if (n < 2 || m < 2) return null;
  const [firstVariance, secondVariance] = [first * n / (n - 1), second * m / (m - 1)];
  const separation = distance - firstVariance / n - secondVariance / m;
  return separation > 0 ? (firstVariance + secondVariance) / (2 * separation) : null;
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function medianOf(sorted: readonly number[]): number | undefined {
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
