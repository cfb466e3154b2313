import { binary, node, reshape } from "../compile/graph/node.ts";
import type { DoubleFunction } from "../runtimes/program.ts";
import { deviations, forEachDeviation } from "./class_sums.ts";

/** Examples that the host adds together, so that a sum is read and written once for all of them. */
const together = 4;

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
    const count = labels!.data.length;
    // Rows past the end stay zeros, which add nothing.
    const residuals = new Float64Array(Math.ceil(count / together) * together * size);
    forEachDeviation(features!, labels!, means!, (deviation, row, at) => residuals[row * size + at] = deviation);
    const sums = new Float64Array(size * size);
    for (let start = 0; start < count; start += together) {
      const rows = Array.from({ length: together }, (_, row) => {
        return residuals.subarray((start + row) * size, (start + row + 1) * size);
      });
      addProducts(
        sums,
        rows,
        rows.map((_, row) => start + row < count ? weights!.data[labels!.data[start + row]!]! : 0),
      );
    }
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) sums[i * size + j] = sums[j * size + i]!;
    return { data: sums, shape: [size, size] };
  },
};

/** Adds the upper triangle of the sum of w r r^T over some residuals r and their weights w. */
function addProducts(sums: Float64Array, rows: readonly Float64Array[], weights: readonly number[]): void {
  const [first, second, third, fourth] = rows as [Float64Array, Float64Array, Float64Array, Float64Array];
  const size = first.length;
  for (let i = 0; i < size; i++) {
    const [a, b] = [weights[0]! * first[i]!, weights[1]! * second[i]!];
    const [c, d] = [weights[2]! * third[i]!, weights[3]! * fourth[i]!];
    for (let j = i; j < size; j++) {
      sums[i * size + j]! += a * first[j]! + b * second[j]! + (c * third[j]! + d * fourth[j]!);
    }
  }
}
