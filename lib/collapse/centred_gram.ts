import { Matrix } from "ml-matrix";
import { type ClassStatistics, forEachPair } from "./class_statistics.ts";

/** The classes that have examples, ascending. */
export function presentClasses(counts: ArrayLike<number>): number[] {
  return Array.from(counts, (_, label) => label).filter((label) => counts[label]! > 0);
}

/**
 * The Gram matrix K = M M^T of the centred class means, from the distances of the means alone (Torgerson 1952):
 * `K_ij = -(d_ij - mean_j d_ij - mean_i d_ij + mean_ij d_ij) / 2`.
 *
 * @param present the classes that have examples: the rows and columns of the result
 */
export function centredGram(
  { counts, distances }: Pick<ClassStatistics, "counts" | "distances">,
  present: readonly number[],
): Matrix {
  const table = new Float64Array(counts.length ** 2);
  forEachPair(counts.length, (i, j, pair) => {
    table[i * counts.length + j] = table[j * counts.length + i] = distances[pair]!;
  });
  const distance = (i: number, j: number) => table[i * counts.length + j]!;
  const average = (values: readonly number[]) => sumOf(values) / present.length;
  const averages = new Map(present.map((i) => [i, average(present.map((j) => distance(i, j)))]));
  const whole = average([...averages.values()]);
  return matrixOf(present, (i, j) => -(distance(i, j) - averages.get(i)! - averages.get(j)! + whole) / 2);
}

/** A square matrix with a row and a column for each class that has examples. */
export function matrixOf(present: readonly number[], value: (i: number, j: number) => number): Matrix {
  const matrix = Matrix.zeros(present.length, present.length);
  present.forEach((i, row) => present.forEach((j, column) => matrix.set(row, column, value(i, j))));
  return matrix;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
