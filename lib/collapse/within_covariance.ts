import { binary, node, reshape } from "../compile/graph/node.ts";
import type { DoubleFunction } from "../runtimes/program.ts";
import { deviations, forEachDeviation } from "./class_sums.ts";

/**
 * The within-class covariance Sigma_W, the mean of the classes' covariances, a batch's share of it, in float64: residuals are
 * taken about the class means, which must be known, before they are multiplied.
 *
 * Of features `[batch, D]`, labels `[batch]`, the means, `[C, D]`, and `classWeights`, `[C]`; gives `[D, D]`.
 */
export const withinCovariance: DoubleFunction = {
  name: "within-class covariance",
  nodes: (features, labels, means, weights) => {
    const residuals = deviations(features!, labels!, means!);
    const shares = reshape(node({ kind: "gather", axis: 0 }, [weights!, labels!]), [...labels!.shape, 1]);
    const product = { kind: "matMul", transposeLeft: true, transposeRight: false } as const;
    return node(product, [residuals, binary("multiply", residuals, shares)]);
  },
  host: (features, labels, means, weights) => {
    const size = means!.shape[1]!;
    const residuals = new Float64Array(labels!.data.length * size);
    forEachDeviation(features!, labels!, means!, (deviation, row, at) => residuals[row * size + at] = deviation);
    const sums = new Float64Array(size * size);
    labels!.data.forEach((label, row) => {
      const own = residuals.subarray(row * size, (row + 1) * size);
      const weight = weights!.data[label]!;
      for (let i = 0; i < size; i++) {
        const left = own[i]! * weight;
        for (let j = 0; j < size; j++) sums[i * size + j]! += left * own[j]!;
      }
    });
    return { data: sums, shape: [size, size] };
  },
};

/**
 * Adds up the shares of batches.
 *
 * @param steps `[steps, D, D]`, of {@linkcode withinCovariance}
 * @param sum `[D, D]`, which they are added to
 */
export function addCovariances(steps: Float64Array, sum: Float64Array): void {
  for (let start = 0; start < steps.length; start += sum.length) {
    for (let at = 0; at < sum.length; at++) sum[at]! += steps[start + at]!;
  }
}
