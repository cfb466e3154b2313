import { placesFirstAxes } from "../graph/layout.ts";
import { matMul, type Node, node, reshape } from "../graph/node.ts";
import type { Window } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import type { Arrangement } from "./image_axes.ts";
import {
  type ConstantMatrix,
  diagonalBlock,
  type Filtering,
  kronecker,
  minimalFiltering,
  pointFiltering,
  stridedFiltering,
  type TiledAxis,
  tiledAxis,
} from "./winograd_matrices.ts";

/**
 * Convolutions and both their gradients by Winograd's minimal filtering (Lavin and Gray, arXiv 1509.09308, section 4): by
 * filters of 3x3, a tile of 4x4 results takes 36 products at a stride of 1 and 81 at a stride of 2, where the definition takes
 * 144.
 *
 * All of it is matrix products. Images `[height, width, batch, channels]` are multiplied along height and width by the matrix
 * that makes tiles' values of an axis, padding and overlap of tiles included; each value then is a product of matrices over the
 * channels, and the results come out of two products more. The gradients are the same with the matrices transposed, and what
 * they have in common with each other, and with the convolution, is computed once.
 */
export function winogradConvolution({ operation, inputs, shape }: Node): Arrangement | undefined {
  const [first, second] = inputs as [Node, Node];
  const axes = placesFirstAxes;
  switch (operation.kind) {
    case "convolution": {
      const plan = planOf(operation.window, first.shape, second.shape, shape);
      return plan && {
        make: (input) => {
          return outputsOf(matMul(tileValues(input(first, axes), plan), filterValues(input(second), plan)), plan);
        },
        axes,
      };
    }
    case "convolutionInputGradient": {
      const plan = planOf(operation.window, shape, second.shape, first.shape);
      return plan && {
        make: (input) => {
          const [outer, filter] = [spreadOutputs(input(first, axes), plan), filterValues(input(second), plan)];
          return gatheredTiles(matMul(outer, filter, { transposeRight: true }), plan);
        },
        axes,
      };
    }
    case "convolutionFilterGradient": {
      const plan = planOf(operation.window, first.shape, shape, second.shape);
      return plan && {
        make: (input) => {
          const [values, outer] = [tileValues(input(first, axes), plan), spreadOutputs(input(second, axes), plan)];
          return filterOf(matMul(values, outer, { transposeLeft: true }), shape, plan);
        },
      };
    }
    default:
      return undefined;
  }
}

/** Channels below which transforming tiles takes longer than the multiplications that are saved. */
const fewestChannels = 16;

/**
 * Filterings by the size of the filter and the stride. Of the points that were tried these round least, half as much as those
 * of Lavin and Gray (0, 1, -1, 2, -2): about 1e-6 of the values (`bench/convolution_error.ts`).
 */
export const filterings: Readonly<Record<"3/1" | "3/2" | "1/2", Filtering>> = {
  "3/1": minimalFiltering([0, 0.75, -0.75, 1.5, -1.5], 3),
  "3/2": stridedFiltering([0, 0.75, -0.75, 1.5]),
  "1/2": pointFiltering(2),
};

/** How images `[height, width, batch, channels]` are cut into tiles. */
interface Plan {
  readonly filtering: Filtering;
  readonly batch: number;
  readonly rows: TiledAxis;
  readonly columns: TiledAxis;
}

/** How a convolution of images, or its gradient, is done; undefined where it gains nothing. */
function planOf(
  { height, width, strideHeight, strideWidth, top, left }: Window,
  [batch, rows, columns]: readonly number[],
  filter: readonly number[],
  [, resultRows, resultColumns]: readonly number[],
): Plan | undefined {
  const filtering = (filterings as Partial<Record<string, Filtering>>)[`${height}/${strideHeight}`];
  const isSquare = height === width && strideHeight === strideWidth && top === left && top === (height - 1) / 2;
  if (filtering === undefined || !isSquare || Math.min(...filter.slice(2)) < fewestChannels) return undefined;
  return {
    filtering,
    batch: batch!,
    rows: tiledAxis(filtering, { extent: rows!, places: resultRows!, major: "tiles" }),
    columns: tiledAxis(filtering, { extent: columns!, places: resultColumns!, major: "values" }),
  };
}

/** Values of all tiles of images: `[rows of tiles, values, values, columns of tiles * batch, channels]`. */
function tileValues(images: Node, plan: Plan): Node {
  return asValues(alongBoth(plan.rows.tile, plan.columns.tile, images), plan);
}

/** The gradient of each product, of that of the results. */
function spreadOutputs(gradient: Node, plan: Plan): Node {
  return asValues(alongBoth(flipped(plan.rows.output), flipped(plan.columns.output), gradient), plan);
}

/** Images of products. */
function outputsOf(products: Node, plan: Plan): Node {
  return alongBoth(plan.rows.output, plan.columns.output, asImages(products, plan));
}

/** The gradient of images, of that of their tiles' values. */
function gatheredTiles(values: Node, plan: Plan): Node {
  return alongBoth(flipped(plan.rows.tile), flipped(plan.columns.tile), asImages(values, plan));
}

/** A filter's values: `[values, 1, values, in, out]`, the same for all rows of tiles. */
function filterValues(filter: Node, { filtering }: Plan): Node {
  const [height, width, inputs, outputs] = filter.shape as [number, number, number, number];
  const matrix = kronecker(filtering.filter, filtering.filter);
  const values = matMul(literal(matrix), reshape(filter, [height * width, inputs * outputs]));
  return reshape(values, [filtering.filter.length, filtering.filter.length, inputs, outputs]);
}

/** The gradient of a filter, of that of its values for each row of tiles. */
function filterOf(values: Node, shape: readonly number[], { filtering }: Plan): Node {
  const matrix = kronecker(filtering.filter, filtering.filter);
  const tiles = reshape(values, [values.shape[0]!, sizeOf(values.shape.slice(1))]);
  const sum = node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [tiles]);
  const factor = reshape(sum, [matrix.length, sizeOf(shape.slice(2))]);
  return reshape(matMul(literal(matrix), factor, { transposeLeft: true }), shape);
}

function asValues(images: Node, { filtering, batch, rows, columns }: Plan): Node {
  const size = filtering.tile.length;
  return reshape(images, [rows.tiles, size, size, columns.tiles * batch, images.shape[3] as number]);
}

function asImages(values: Node, { filtering, batch, rows, columns }: Plan): Node {
  const size = filtering.tile.length;
  return reshape(values, [rows.tiles * size, size * columns.tiles, batch, values.shape[4] as number]);
}

/** Multiplies the first two axes by a matrix each: first the one that leaves less for the other. */
function alongBoth(rows: ConstantMatrix, columns: ConstantMatrix, images: Node): Node {
  return columns.length > images.shape[1]!
    ? alongColumns(columns, alongRows(rows, images))
    : alongRows(rows, alongColumns(columns, images));
}

/** Where rows of tiles have nothing in common, they are multiplied one by one: the rest of the matrix is zeros. */
function alongRows(matrix: ConstantMatrix, images: Node): Node {
  const [height, width, batch, channels] = images.shape as [number, number, number, number];
  const block = diagonalBlock(matrix);
  const count = matrix.length / block.length;
  const size = width * batch * channels;
  const rows = reshape(images, count === 1 ? [height, size] : [count, height / count, size]);
  return reshape(matMul(literal(block), rows), [matrix.length, width, batch, channels]);
}

function alongColumns(matrix: ConstantMatrix, images: Node): Node {
  const [height, width, batch, channels] = images.shape as [number, number, number, number];
  const result = matMul(literal(matrix), reshape(images, [height, width, batch * channels]));
  return reshape(result, [height, matrix.length, batch, channels]);
}

function literal(matrix: ConstantMatrix): Node {
  const shape = [matrix.length, matrix[0]!.length];
  return node({ kind: "literal", values: Float32Array.from(matrix.flat()), shape, dtype: "float32" });
}

function flipped(matrix: ConstantMatrix): ConstantMatrix {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}
