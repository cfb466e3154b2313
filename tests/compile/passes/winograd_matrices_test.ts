import assert from "node:assert/strict";
import fc from "fast-check";
import { filterings } from "../../../lib/compile/passes/winograd.ts";
import {
  type ConstantMatrix,
  diagonalBlock,
  type Filtering,
  kronecker,
  minimalFiltering,
  tiledAxis,
} from "../../../lib/compile/passes/winograd_matrices.ts";

const times = (matrix: ConstantMatrix, vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, value, index) => sum + value * vector[index]!, 0));

/** The definition: the filter at each place, zeros beyond the axis. */
function correlated(axis: readonly number[], filter: readonly number[], stride: number, places: number): number[] {
  const before = (filter.length - 1) / 2;
  return Array.from(
    { length: places },
    (_, place) => filter.reduce((sum, value, index) => sum + value * (axis[place * stride + index - before] ?? 0), 0),
  );
}

/** The same by a filtering, the tiles in an order. */
function filtered(
  axis: readonly number[],
  filter: readonly number[],
  { filtering, places, major }: { filtering: Filtering; places: number; major: "values" | "tiles" },
): number[] {
  const { tiles, tile, output } = tiledAxis(filtering, { extent: axis.length, places, major });
  const values = times(filtering.filter, filter);
  const factors = major === "tiles"
    ? Array.from({ length: tiles }, () => values).flat()
    : values.flatMap((value) => Array<number>(tiles).fill(value));
  return times(output, times(tile, axis).map((value, index) => value * factors[index]!));
}

const numbers = (length: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length });

const orders = ["values", "tiles"] as const;
const cases = Object.entries(filterings).flatMap(([name, filtering]) => {
  return orders.map((major) => ({ name, filtering, major }));
});
for (const { name, filtering, major } of cases) {
  Deno.test(`the filtering ${name} of an axis of any length, ${major} first, is the filter at each of its places`, () => {
    const [size, { stride }] = [filtering.filter[0]!.length, filtering];
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 40 }).chain((length) => fc.tuple(numbers(length), numbers(size))),
      ([axis, filter]) => {
        const places = Math.ceil(axis.length / stride);
        const expected = correlated(axis, filter, stride, places);
        filtered(axis, filter, { filtering, places, major }).forEach((value, place) => {
          assert.ok(Math.abs(value - expected[place]!) < 1e-12, `${value} at ${place}, not ${expected[place]}`);
        });
      },
    ));
  });
}

Deno.test("minimalFiltering() at 0, 1 and -1 has the matrices of F(2, 3) by Lavin and Gray, but for signs", () => {
  const { filter, tile, output } = minimalFiltering([0, 1, -1], 3);
  // Of two zeros there may be either.
  const plain = (matrix: ConstantMatrix) => matrix.map((row) => row.map((value) => value + 0));
  assert.deepEqual(plain(filter), [[-1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]);
  assert.deepEqual(plain(output), [[1, 1, 1, 0], [0, 1, -1, 1]]);
  assert.deepEqual(plain(tile), [[-1, 0, 1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]]);
});

Deno.test("the filtering 3/1 takes 36 products for a tile of 4 x 4, 3/2 takes 81", () => {
  const squares = (filtering: Filtering) => [filtering.output.length ** 2, filtering.tile.length ** 2];
  assert.deepEqual(squares(filterings["3/1"]), [16, 36]);
  assert.deepEqual(squares(filterings["3/2"]), [16, 81]);
  assert.deepEqual(squares(filterings["1/2"]), [1, 1]);
});

Deno.test("diagonalBlock() finds the smallest block that is repeated along the diagonal", () => {
  const one = [[1, 2, 3], [4, 5, 6]];
  const zeros = one.map((row) => row.map(() => 0));
  const beside = (...blocks: ConstantMatrix[]) => one.map((_, row) => blocks.flatMap((block) => block[row]!));
  assert.deepEqual(diagonalBlock([...beside(one, zeros), ...beside(zeros, one)]), one);
  const other = [[1, 2, 3], [4, 5, 7]];
  for (
    const whole of [[...beside(one, zeros), ...beside(zeros, other)], [...beside(one, one), ...beside(zeros, one)]]
  ) {
    assert.equal(diagonalBlock(whole), whole);
  }
  assert.deepEqual(diagonalBlock([[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]]), [[2]]);
});

Deno.test("kronecker() applies a matrix to each of two axes", () => {
  assert.deepEqual(kronecker([[1, 2]], [[3, 0], [0, 5]]), [[3, 0, 6, 0], [0, 5, 0, 10]]);
});
