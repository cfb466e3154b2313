/** A matrix by its rows. */
export type ConstantMatrix = readonly (readonly number[])[];

/**
 * A way to correlate along one axis with few products: `output ((filter g) * (tile d))` of a filter `g` and a piece `d` of an
 * image, the values of the two multiplied one by one.
 */
export interface Filtering {
  /** `[values, size of the filter]`. */
  readonly filter: ConstantMatrix;
  /** `[values, length of a tile]`. */
  readonly tile: ConstantMatrix;
  /** `[outputs of a tile, values]`. */
  readonly output: ConstantMatrix;
  /** From one output to the next, in places of the image. */
  readonly stride: number;
}

/**
 * Winograd's minimal filtering `F(outputs, size)` (Lavin and Gray, arXiv 1509.09308, equation 8, whose `G`, `B^T` and `A^T`
 * are these matrices) by evaluation of polynomials at points and interpolation (Toom and Cook; Barabasz et al., arXiv
 * 1803.10986, section 3): of `outputs + size - 1` products.
 *
 * @param points where polynomials are evaluated, besides infinity: `outputs + size - 2` numbers that differ
 * @param size of the filter
 */
export function minimalFiltering(points: readonly number[], size: number): Filtering {
  const values = points.length + 1;
  const outputs = values - size + 1;
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, power) => point ** power);
  const last = (count: number) => Array.from({ length: count }, (_, index) => Number(index === count - 1));
  const others = points.map((point) => points.filter((other) => other !== point));
  const columns = [...points.map((point) => powers(point, outputs)), last(outputs)];
  return {
    filter: [
      ...points.map((point, index) => {
        const norm = others[index]!.reduce((product, other) => product * (point - other), 1);
        return powers(point, size).map((power) => power / norm);
      }),
      last(size),
    ],
    tile: [...others, points].map((roots) => padded(polynomial(roots), values)),
    output: Array.from({ length: outputs }, (_, output) => columns.map((column) => column[output]!)),
    stride: 1,
  };
}

/**
 * Filters of three at a stride of two: the outer two work on every other place by minimal filtering of two, the middle one
 * multiplies the places between.
 *
 * @param points as {@linkcode minimalFiltering} has them, of which there are as many as outputs
 */
export function stridedFiltering(points: readonly number[]): Filtering {
  const outer = minimalFiltering(points, 2);
  const outputs = outer.output.length;
  const places = Array.from({ length: outputs }, (_, place) => place);
  const length = 2 * outputs + 1;
  return {
    filter: [...outer.filter.map(([first, last]) => [first!, 0, last!]), ...places.map(() => [0, 1, 0])],
    tile: [
      ...outer.tile.map((row) => padded(row.flatMap((value) => [value, 0]), length + 1).slice(0, length)),
      ...places.map((place) => Array.from({ length }, (_, at) => Number(at === 2 * place + 1))),
    ],
    output: outer.output.map((row, output) => [...row, ...places.map((place) => Number(place === output))]),
    stride: 2,
  };
}

/** A filter of one, at a stride: every so many places are taken. */
export function pointFiltering(stride: number): Filtering {
  return { filter: [[1]], tile: [[1]], output: [[1]], stride };
}

/** The coefficients of `(x - root) ...`, that of the lowest power first. */
function polynomial(roots: readonly number[]): number[] {
  return roots.reduce<number[]>((coefficients, root) => {
    return [0, ...coefficients].map((above, power) => above - root * (coefficients[power] ?? 0));
  }, [1]);
}

function padded(row: readonly number[], length: number): number[] {
  return [...row, ...Array<number>(Math.max(0, length - row.length)).fill(0)];
}

/** What turns an axis of an image into the values of its tiles, and their products into an axis of the result. */
export interface TiledAxis {
  /** Tiles along the axis. */
  readonly tiles: number;
  /** `[values * tiles, extent]`; beyond the image there are zeros. */
  readonly tile: ConstantMatrix;
  /** `[extent of the result, values * tiles]`, in the same order. */
  readonly output: ConstantMatrix;
}

/**
 * The matrices of a whole axis, padded with zeros by half the filter before its first place and as far as needed after its
 * last.
 *
 * @param major what comes first in the order: `values`, the tiles of a value side by side, or `tiles`
 */
export function tiledAxis(
  { filter, tile, output, stride }: Filtering,
  { extent, places, major }: { readonly extent: number; readonly places: number; readonly major: "values" | "tiles" },
): TiledAxis {
  const outputs = output.length;
  const tiles = Math.ceil(places / outputs);
  const before = (filter[0]!.length - 1) / 2;
  const range = (length: number) => Array.from({ length }, (_, index) => index);
  const order = major === "tiles"
    ? range(tiles).flatMap((index) => range(tile.length).map((value) => ({ index, value })))
    : range(tile.length).flatMap((value) => range(tiles).map((index) => ({ index, value })));
  return {
    tiles,
    tile: order.map(({ index, value }) => {
      return range(extent).map((place) => tile[value]![place - index * outputs * stride + before] ?? 0);
    }),
    output: range(places).map((place) => {
      return order.map(({ index, value }) => {
        return Math.floor(place / outputs) === index ? output[place % outputs]![value]! : 0;
      });
    }),
  };
}

/** The smallest block that, repeated along the diagonal, is the matrix: the matrix itself, if there is no smaller one. */
export function diagonalBlock(matrix: ConstantMatrix): ConstantMatrix {
  const [rows, columns] = [matrix.length, matrix[0]!.length];
  for (let count = rows; count > 1; count--) {
    if (rows % count !== 0 || columns % count !== 0) continue;
    const [height, width] = [rows / count, columns / count];
    const block = matrix.slice(0, height).map((row) => row.slice(0, width));
    const isRepeated = matrix.every((values, row) => {
      return values.every((value, column) => {
        const isInside = Math.floor(row / height) === Math.floor(column / width);
        return value === (isInside ? block[row % height]![column % width] : 0);
      });
    });
    if (isRepeated) return block;
  }
  return matrix;
}

/** Kronecker's product: what both do along two axes, as one matrix over both. */
export function kronecker(left: ConstantMatrix, right: ConstantMatrix): ConstantMatrix {
  return left.flatMap((row) => right.map((other) => row.flatMap((factor) => other.map((value) => factor * value))));
}
