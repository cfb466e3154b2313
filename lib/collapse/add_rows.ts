/**
 * Adds every row of a matrix to a sum, in float64.
 *
 * @param matrix as many rows as there are, each as long as the sum
 */
export function addRows(sum: Float64Array, matrix: ArrayLike<number>): void {
  for (let start = 0; start < matrix.length; start += sum.length) {
    for (let index = 0; index < sum.length; index++) sum[index]! += matrix[start + index]!;
  }
}
