import { type Node, node } from "../graph/node.ts";
import type { Window } from "../graph/operation.ts";

/** Height and width of images with a window's padding around. */
export function paddedExtents(window: Window, height: number, width: number): [number, number] {
  return [height + window.top + window.bottom, width + window.left + window.right];
}

/**
 * Where in padded images, whose pixels are counted row by row, the values of a window lie at each of its places, the window's
 * last axis fastest: `[rows * columns * height * width of the window]`, int32.
 *
 * @param rows of places
 * @param columns of places
 * @param width of the padded images
 */
export function windowPlaces(window: Window, rows: number, columns: number, width: number): Node {
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let u = 0; u < window.height; u++) {
        for (let v = 0; v < window.width; v++) {
          values.push((row * window.strideHeight + u) * width + column * window.strideWidth + v);
        }
      }
    }
  }
  return node({ kind: "literal", values: Int32Array.from(values), shape: [values.length], dtype: "int32" });
}
