import { binary, cast, type Node, node, unary } from "../compile/graph/node.ts";
import type { DoubleFunction, HostArray } from "../runtimes/program.ts";

/**
 * |f(x) - s_y|^2 of each example, y its class, in float64.
 *
 * Of features `[batch, D]`, labels `[batch]` and the shifts s, `[C, D]`; gives `[batch]`.
 */
export const squaredDeviations: DoubleFunction = {
  name: "squared deviations",
  nodes: (features, labels, shifts) => {
    const squares = unary("square", deviations(features!, labels!, shifts!));
    return node({ kind: "reduce", function: "sum", axes: [1], keep: false }, [squares]);
  },
  host: (features, labels, shifts) => {
    const squares = new Float64Array(labels!.data.length);
    forEachDeviation(features!, labels!, shifts!, (deviation, row) => squares[row]! += deviation ** 2);
    return { data: squares, shape: labels!.shape };
  },
};

/**
 * The sum of f(x) - s_c over the examples of each class c, in float64.
 *
 * Of features `[batch, D]`, labels `[batch]` and the shifts s, `[C, D]`; gives `[C, D]`.
 */
export const classSums: DoubleFunction = {
  name: "class sums",
  nodes: (features, labels, shifts) => {
    const depth = shifts!.shape[0]!;
    const members = node({ kind: "oneHot", depth, on: 1, off: 0, dtype: "float64" }, [labels!]);
    return node({ kind: "matMul", transposeLeft: true, transposeRight: false }, [
      members,
      deviations(features!, labels!, shifts!),
    ]);
  },
  host: (features, labels, shifts) => {
    const [classes, size] = shifts!.shape as [number, number];
    const sums = new Float64Array(classes * size);
    forEachDeviation(features!, labels!, shifts!, (deviation, row, at) => {
      sums[labels!.data[row]! * size + at]! += deviation;
    });
    return { data: sums, shape: [classes, size] };
  },
};

/** `[batch, D]`: f(x) - s_y, as nodes. */
export function deviations(features: Node, labels: Node, shifts: Node): Node {
  return binary("subtract", cast(features, "float64"), node({ kind: "gather", axis: 0 }, [shifts, labels]));
}

/** Calls back for each feature of each example: f(x) - s_y. */
export function forEachDeviation(
  features: HostArray,
  labels: HostArray,
  shifts: HostArray,
  visit: (deviation: number, row: number, at: number) => void,
): void {
  const size = shifts.shape[1]!;
  labels.data.forEach((label, row) => {
    for (let at = 0; at < size; at++) {
      visit(features.data[row * size + at]! - shifts.data[label * size + at]!, row, at);
    }
  });
}
