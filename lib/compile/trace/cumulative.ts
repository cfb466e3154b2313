import { binary, fill, type Node, node } from "../graph/node.ts";

/** From which end, and whether a value's own place counts, as tfjs's kernels have them. */
export interface CumulativeAttributes {
  /** Whether the value at a place is left out of what stands there. */
  readonly exclusive?: unknown;
  /** Whether it goes from the end to the front. */
  readonly reverse?: unknown;
}

/**
 * Sums or products of all values up to each place along an axis. Each turn joins stretches twice as long as the one before, so
 * that there are as many operations as the axis' extent has binary digits, on whole tensors (Hillis and Steele, "Data parallel
 * algorithms", 1986).
 */
export function cumulative(
  name: "add" | "multiply",
  input: Node,
  axis: number,
  { exclusive, reverse }: CumulativeAttributes,
): Node {
  const extent = input.shape[axis] as number;
  const towardsEnd = reverse !== true;
  const neutral = name === "add" ? 0 : 1;
  let result = exclusive === true ? shifted(input, axis, 1, neutral, towardsEnd) : input;
  for (let distance = 1; distance < extent; distance *= 2) {
    result = binary(name, result, shifted(result, axis, distance, neutral, towardsEnd));
  }
  return result;
}

/** Values moved along an axis, with a number where none comes from. */
function shifted(input: Node, axis: number, distance: number, filling: number, towardsEnd: boolean): Node {
  const { shape } = input;
  const staying = (shape[axis] as number) - distance;
  if (staying <= 0) return fill(filling, shape, input.dtype);
  const along = (value: number) => shape.map((_, other) => other === axis ? value : 0);
  const begin = along(towardsEnd ? 0 : distance);
  const kept = node({ kind: "slice", begin, size: shape.with(axis, staying) }, [input]);
  const [before, after] = towardsEnd ? [along(distance), along(0)] : [along(0), along(distance)];
  return node({ kind: "pad", before, after, value: filling }, [kept]);
}
