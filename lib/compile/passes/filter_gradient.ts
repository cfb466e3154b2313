import { transposed } from "../graph/layout.ts";
import { matMul, type Node, node, reshape } from "../graph/node.ts";
import type { Window } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { paddedExtents, windowPlaces } from "./window_places.ts";

/**
 * A filter's gradient as a matrix product: the window at each place of the images is a row of one factor, the output's
 * gradient at that place the row of the other, and sums run over all places of all images.
 *
 * The product has at least as many rows as columns: then threads share out its rows, and the order of its long sums does not
 * depend on their number.
 */
export function filterGradientAsProduct({ operation, inputs }: Node): Node | undefined {
  if (operation.kind !== "convolutionFilterGradient") return undefined;
  const [images, gradient] = inputs as [Node, Node];
  const [batch, rows, columns, outputs] = gradient.shape as [number, number, number, number];
  const places = batch * rows * columns;
  const [values, outer] = [sizeOf(operation.shape.slice(0, 3)), reshape(gradient, [places, outputs])];
  const windows = reshape(windowsOf(images, operation.window, rows, columns), [places, values]);
  const matrix = values >= outputs
    ? matMul(windows, outer, { transposeLeft: true })
    : transposed(matMul(outer, windows, { transposeLeft: true }), [1, 0]);
  return reshape(matrix, operation.shape);
}

/** The values of each window: `[batch, places * window, channels]`. */
function windowsOf(images: Node, window: Window, rows: number, columns: number): Node {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [tall, wide] = paddedExtents(window, height, width);
  const around = { before: [0, window.top, window.left, 0], after: [0, window.bottom, window.right, 0], value: 0 };
  const pixels = reshape(node({ kind: "pad", ...around }, [images]), [batch, tall * wide, channels]);
  return node({ kind: "gather", axis: 1 }, [pixels, windowPlaces(window, rows, columns, wide)]);
}
