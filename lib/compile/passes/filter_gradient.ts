import { transposed } from "../graph/layout.ts";
import { type Node, node, reshape } from "../graph/node.ts";
import type { OperationOf, Window } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";

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
  const product: OperationOf<"matMul"> = { kind: "matMul", transposeLeft: true, transposeRight: false };
  const matrix = values >= outputs
    ? node(product, [windows, outer])
    : transposed(node(product, [outer, windows]), [1, 0]);
  return reshape(matrix, operation.shape);
}

/** The values of each window: `[batch, places * window, channels]`. */
function windowsOf(images: Node, window: Window, rows: number, columns: number): Node {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const around = { before: [0, window.top, window.left, 0], after: [0, window.bottom, window.right, 0], value: 0 };
  const padded = node({ kind: "pad", ...around }, [images]);
  const paddedWidth = width + window.left + window.right;
  const pixels = reshape(padded, [batch, (height + window.top + window.bottom) * paddedWidth, channels]);
  const places: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let u = 0; u < window.height; u++) {
        for (let v = 0; v < window.width; v++) {
          places.push((row * window.strideHeight + u) * paddedWidth + column * window.strideWidth + v);
        }
      }
    }
  }
  const indices = node({ kind: "literal", values: Int32Array.from(places), shape: [places.length], dtype: "int32" });
  return node({ kind: "gather", axis: 1 }, [pixels, indices]);
}
