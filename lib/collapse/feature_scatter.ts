import { binary, cast, node } from "../compile/graph/node.ts";
import type { DoubleFunction, HostArray } from "../runtimes/program.ts";

/** Examples that the host adds together, so that a sum is read and written once for all of them. */
const together = 4;

/**
 * The scatter of features about a centre, in float64: the sum of (f - g) (f - g)^T over a batch.
 *
 * Of features `[batch, D]` and the centre g, `[D]`; gives `[D, D]`.
 */
export const featureScatter: DoubleFunction = {
  name: "feature scatter",
  nodes: (features, centre) => {
    const deviations = binary("subtract", cast(features!, "float64"), centre!);
    return node({ kind: "matMul", transposeLeft: true, transposeRight: false }, [deviations, deviations]);
  },
  host: (features, centre) => {
    const [count, size] = features!.shape as [number, number];
    const scatter = new Float64Array(size * size);
    // Rows past the end stay zeros, which add nothing.
    for (let start = 0; start < count; start += together) addBlock(scatter, deviationsOf(features!, centre!, start));
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) scatter[i * size + j] = scatter[j * size + i]!;
    return { data: scatter, shape: [size, size] };
  },
};

/** The deviations of the examples from one on. */
function deviationsOf(features: HostArray, centre: HostArray, start: number): Float64Array[] {
  const [count, size] = features.shape as [number, number];
  return Array.from({ length: together }, (_, row) => {
    const deviations = new Float64Array(size);
    if (start + row >= count) return deviations;
    return deviations.map((_, at) => features.data[(start + row) * size + at]! - centre.data[at]!);
  });
}

/** Adds a block's share to the upper triangle. */
function addBlock(scatter: Float64Array, [first, second, third, fourth]: readonly Float64Array[]): void {
  const size = first!.length;
  for (let i = 0; i < size; i++) {
    const [a, b, c, d] = [first![i]!, second![i]!, third![i]!, fourth![i]!];
    for (let j = i; j < size; j++) {
      scatter[i * size + j]! += a * first![j]! + b * second![j]! + (c * third![j]! + d * fourth![j]!);
    }
  }
}
