import { binary, node, reshape } from "../compile/graph/node.ts";
import type { DoubleFunction } from "../runtimes/program.ts";
import { centredMeans } from "./centred_means.ts";
import { deviations, forEachDeviation } from "./class_sums.ts";
import type { ClassMoments } from "./moments.ts";

/** `[D, C]`: M^T, the centred class means, on which {@linkcode projectedScatter} projects. */
export function projectionAxes(moments: ClassMoments): Float64Array {
  const { classes, size } = moments;
  const { means } = centredMeans(moments);
  return Float64Array.from(means, (_, at) => means[(at % classes) * size + Math.floor(at / classes)]!);
}

/**
 * `[C]`: what an example of a class weighs: 1 / (n_c times the number of classes that have any).
 *
 * @param counts `[C]`: n_c
 */
export function classWeights(counts: Float64Array): Float64Array {
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return counts.map((count) => count > 0 ? 1 / (present * count) : 0);
}

/**
 * The within-class covariance in the directions of the class means, a batch's share of it: what NC1 needs of Sigma_W, in
 * `[C, C]` instead of `[D, D]`.
 *
 * With M the centred class means, `[C, D]`, and p(x) = M (f(x) - mu_y), the projection of an example's residual, it is
 *
 *     M Sigma_W M^T = mean over the classes c of  (1 / n_c) sum over their examples of  p p^T,
 *
 * where Sigma_W is the mean of the classes' covariances. Residuals are taken before they are projected, all in float64, so
 * nothing cancels, however far features lie from zero. The means must be known: it takes a second pass.
 *
 * Of features `[batch, D]`, labels `[batch]`, the means mu, `[C, D]`, {@linkcode projectionAxes} and
 * {@linkcode classWeights}; gives `[C, C]`.
 */
export const projectedScatter: DoubleFunction = {
  name: "projected scatter",
  nodes: (features, labels, means, axes, weights) => {
    const product = { kind: "matMul", transposeLeft: false, transposeRight: false } as const;
    const projections = node(product, [deviations(features!, labels!, means!), axes!]);
    const shares = reshape(node({ kind: "gather", axis: 0 }, [weights!, labels!]), [...labels!.shape, 1]);
    return node({ ...product, transposeLeft: true }, [projections, binary("multiply", projections, shares)]);
  },
  host: (features, labels, means, axes, weights) => {
    const classes = axes!.shape[1]!;
    const projections = new Float64Array(labels!.data.length * classes);
    forEachDeviation(features!, labels!, means!, (deviation, row, at) => {
      for (let i = 0; i < classes; i++) projections[row * classes + i]! += deviation * axes!.data[at * classes + i]!;
    });
    const sums = new Float64Array(classes * classes);
    labels!.data.forEach((label, row) => {
      const own = projections.subarray(row * classes, (row + 1) * classes);
      for (let i = 0; i < classes; i++) {
        for (let j = 0; j < classes; j++) sums[i * classes + j]! += own[i]! * own[j]! * weights!.data[label]!;
      }
    });
    return { data: sums, shape: [classes, classes] };
  },
};

/**
 * Adds up the shares of batches.
 *
 * @param steps `[steps, C, C]`, of {@linkcode projectedScatter}
 * @param sum `[C (C + 1) / 2]`: the upper triangle of M Sigma_W M^T, row by row, which they are added to; a missing class
 * has zeros
 */
export function addScatters(steps: Float64Array, sum: Float64Array, classes: number): void {
  for (let start = 0; start < steps.length; start += classes ** 2) {
    let cell = 0;
    for (let i = 0; i < classes; i++) {
      for (let j = i; j < classes; j++) sum[cell++]! += steps[start + i * classes + j]!;
    }
  }
}
