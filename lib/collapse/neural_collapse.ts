import { EigenvalueDecomposition, type Matrix } from "ml-matrix";
import { centredGram, matrixOf, presentClasses } from "./centred_gram.ts";
import { coincidence } from "./cdnv.ts";
import { forEachPair } from "./class_statistics.ts";
import type { ClassifierStatistics } from "./classifier.ts";
import { effectiveRank } from "./effective_rank.ts";
import type { LayerStatistics } from "./statistics.ts";

/**
 * How far a layer has collapsed by Papyan, Han and Donoho, "Prevalence of neural collapse during the terminal phase of deep
 * learning training" (PNAS 2020; arXiv 2008.08186); `null` where there is no value.
 */
export interface NeuralCollapse {
  /** NC1: tr(Sigma_W Sigma_B^+) / C. */
  readonly nc1: number | null;
  /** tr Sigma_W, the mean of the classes' variances. */
  readonly traceWithin: number | null;
  /** tr Sigma_B, the mean of |mu_c - g|^2. */
  readonly traceBetween: number | null;
  /** Dimensions that the centred class means span: C - 1 unless means coincide or the layer is narrow. */
  readonly meansRank: number;
  /** exp of the entropy of the singular values of M, as shares of their sum. */
  readonly meansEffectiveRank: number | null;
  /** NC2, equal norms: the standard deviation of |mu_c - g| over their mean. */
  readonly normVariation: number | null;
  /** NC2, equal angles: the standard deviation of the cosines between the centred means. */
  readonly cosineDeviation: number | null;
  /** NC2, largest angles: the mean of |cosine + 1 / (C - 1)|. */
  readonly cosineBias: number | null;
  /** NC2: the distance of M M^T from that of a simplex equiangular tight frame. */
  readonly etfDistance: number | null;
  /** NC3: |W / |W|_F - M / |M|_F|_F; of the last layer alone. */
  readonly dualityDistance: number | null;
  /** NC3: the distance of W M^T from the simplex equiangular tight frame; of the last layer alone. */
  readonly dualityEtfDistance: number | null;
}

/** Eigenvalues of M M^T below this share of the largest are rounding: distances carry 52 bits, and C of them are added. */
const rankTolerance = 2 ** -40;

/**
 * Computes NC1, NC2 and NC3 of a layer from its statistics. C is the number of classes that have examples, each of which
 * weighs the same; g the mean of the class means mu_c; M, `[C, D]`, the rows mu_c - g; and K = M M^T their Gram matrix, which
 * follows from the distances of the means alone (`K_ij = -(d_ij - mean_j d_ij - mean_i d_ij + mean_ij d_ij) / 2`, Torgerson
 * 1952). With Sigma_B = M^T M / C and Sigma_W the mean of the classes' covariances:
 *
 * - NC1. With M = U S V^T, Sigma_B^+ = C V S^-2 V^T and V = M^T U S^-1, so that
 *   tr(Sigma_W Sigma_B^+) / C = sum over k of  u_k^T (M Sigma_W M^T) u_k / lambda_k^2, with K = U diag(lambda) U^T, lambda = S^2:
 *   no matrix of D x D is needed. It is the pseudo-inverse of rank C - 1; where K has a lower rank, there is no value.
 * - NC2. Std(|mu_c - g|) / Avg(|mu_c - g|); Std of the cosines; Avg |cosine + 1 / (C - 1)|; and
 *   |K / |K|_F - (I - 11^T / C) / sqrt(C - 1)|_F (Zhu et al., arXiv 2105.02375, there of W W^T).
 * - NC3. |W / |W|_F - M / |M|_F|_F, and |W M^T / |W M^T|_F - (I - 11^T / C) / sqrt(C - 1)|_F (Zhu et al.).
 * - The effective rank of M, its singular values S.
 */
export function neuralCollapse(statistics: Omit<LayerStatistics, "epoch">): NeuralCollapse {
  const { counts, variances, scale } = statistics;
  const present = presentClasses(counts);
  const gram = centredGram(statistics, present);
  const roots = gram.rows === 0 ? undefined : new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const eigenvalues = roots?.realEigenvalues ?? [];
  const floor = Math.max(rankTolerance * Math.max(0, ...eigenvalues), coincidence ** 2 * scale * present.length);
  const kept = eigenvalues.flatMap((value, index) => value > floor ? [{ value, index }] : []);
  const isFull = present.length > 1 && kept.length === present.length - 1;
  const projected = upperTriangle(statistics.projected, counts.length, present);
  const norms = gram.diagonal();
  return {
    nc1: isFull
      ? sumOf(kept.map(({ value, index }) => along(projected, roots!.eigenvectorMatrix.getColumn(index)) / value ** 2))
      : null,
    traceWithin: present.length === 0 ? null : sumOf(present.map((label) => variances[label]!)) / present.length,
    traceBetween: present.length === 0 ? null : sumOf(norms) / present.length,
    meansRank: kept.length,
    meansEffectiveRank: effectiveRank(kept.map(({ value }) => Math.sqrt(value))),
    ...(norms.length > 1 && norms.every((norm) => norm > floor) ? frame(gram) : unframed),
    ...duality(statistics.classifier, counts.length, present, kept.length > 0),
  };
}

const unframed = { normVariation: null, cosineDeviation: null, cosineBias: null, etfDistance: null };

/** What NC2 says of a Gram matrix of centred means, none of which is zero. */
function frame(gram: Matrix): Pick<NeuralCollapse, keyof typeof unframed> {
  const norms = gram.diagonal().map(Math.sqrt);
  const cosines: number[] = [];
  forEachPair(norms.length, (i, j) => cosines.push(gram.get(i, j) / (norms[i]! * norms[j]!)));
  return {
    normVariation: deviation(norms) / (sumOf(norms) / norms.length),
    cosineDeviation: deviation(cosines),
    cosineBias: sumOf(cosines.map((cosine) => Math.abs(cosine + 1 / (norms.length - 1)))) / cosines.length,
    etfDistance: etfDistance(gram),
  };
}

function duality(
  classifier: ClassifierStatistics | null,
  classes: number,
  present: readonly number[],
  areApart: boolean,
): Pick<NeuralCollapse, "dualityDistance" | "dualityEtfDistance"> {
  if (classifier === null || !areApart) return { dualityDistance: null, dualityEtfDistance: null };
  const { products, weightsNorm, meansNorm } = classifier;
  const matrix = matrixOf(present, (i, j) => products[i * classes + j]!);
  if (weightsNorm === 0 || meansNorm === 0) return { dualityDistance: null, dualityEtfDistance: null };
  const cosine = sumOf(matrix.diagonal()) / Math.sqrt(weightsNorm * meansNorm);
  return { dualityDistance: Math.sqrt(Math.max(0, 2 - 2 * cosine)), dualityEtfDistance: etfDistance(matrix) };
}

/** |A / |A|_F - (I - 11^T / C) / sqrt(C - 1)|_F; `null` of zeros. */
function etfDistance(matrix: Matrix): number | null {
  const [classes, norm] = [matrix.rows, matrix.norm("frobenius")];
  if (norm === 0) return null;
  let squares = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      const ideal = ((i === j ? 1 : 0) - 1 / classes) / Math.sqrt(classes - 1);
      squares += (matrix.get(i, j) / norm - ideal) ** 2;
    }
  }
  return Math.sqrt(squares);
}

/** A symmetric matrix of which the upper triangle is kept, for the classes that have examples. */
function upperTriangle(values: ArrayLike<number>, classes: number, present: readonly number[]): Matrix {
  return matrixOf(present, (i, j) => {
    const [row, column] = [Math.min(i, j), Math.max(i, j)];
    return values[row * classes - row * (row - 1) / 2 + column - row]!;
  });
}

/** u^T A u. */
function along(matrix: Matrix, direction: readonly number[]): number {
  return sumOf(direction.map((u, row) => u * sumOf(direction.map((v, column) => v * matrix.get(row, column)))));
}

/** The population's standard deviation. */
function deviation(values: readonly number[]): number {
  const mean = sumOf(values) / values.length;
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / values.length);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
