import { type Node, node, reshape } from "./node.ts";

/** Axes of images `[batch, height, width, channels]` in the order `[batch, channels, height, width]`. */
export const channelsFirstAxes: readonly number[] = [0, 3, 1, 2];
/** The reverse of {@linkcode channelsFirstAxes}. */
export const channelsLastAxes: readonly number[] = [0, 2, 3, 1];
/** Axes of images `[batch, height, width, channels]` in the order `[height, width, batch, channels]`. */
export const placesFirstAxes: readonly number[] = [1, 2, 0, 3];
/** Axes of images `[batch, height, width, channels]` in the order `[height, width, channels, batch]`. */
export const batchLastAxes: readonly number[] = [1, 2, 3, 0];

/** Values with their axes in another order. */
export function transposed(input: Node, permutation: readonly number[]): Node {
  return node({ kind: "transpose", permutation }, [input]);
}

/** Extents in another order. */
export function permutedShape(shape: readonly number[], permutation: readonly number[]): number[] {
  return permutation.map((axis) => shape[axis] as number);
}

/** Values with leading axes of 1 up to a rank, which leaves how they stretch as it is. */
export function withRank(input: Node, rank: number): Node {
  const missing = rank - input.shape.length;
  return missing <= 0 ? input : reshape(input, [...Array<number>(missing).fill(1), ...input.shape]);
}
