import { batchLastAxes, placesFirstAxes } from "../graph/layout.ts";
import { matMul, type Node, node, reshape } from "../graph/node.ts";
import type { Window } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import type { Arrangement } from "./image_axes.ts";
import { paddedExtents, windowPlaces } from "./window_places.ts";

/**
 * A convolution of images of few channels, as those of a data set, and its filter's gradient: at each place of the result a
 * product of the window there, `[window * channels, batch]`, with the filter. Gives images `[height, width, batch, channels]`,
 * for what is computed in this order afterwards.
 */
export function narrowConvolution({ operation, inputs, shape }: Node): Arrangement | undefined {
  const [images, second] = inputs as [Node, Node];
  if (operation.kind === "convolution") {
    if (!isSuitable(second.shape)) return undefined;
    return {
      make: (input) => {
        const filter = reshape(input(second), [sizeOf(second.shape.slice(0, 3)), second.shape[3]!]);
        const [batch, rows, columns, outputs] = shape as [number, number, number, number];
        const windows = windowsOf(input(images, batchLastAxes), operation.window, rows, columns);
        return reshape(matMul(windows, filter, { transposeLeft: true }), [rows, columns, batch, outputs]);
      },
      axes: placesFirstAxes,
    };
  }
  if (operation.kind !== "convolutionFilterGradient" || !isSuitable(shape)) return undefined;
  return {
    make: (input) => {
      const [batch, rows, columns, outputs] = second.shape as [number, number, number, number];
      const windows = windowsOf(input(images, batchLastAxes), operation.window, rows, columns);
      const gradient = reshape(input(second, placesFirstAxes), [rows * columns, batch, outputs]);
      const everywhere = matMul(windows, gradient);
      return reshape(node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [everywhere]), shape);
    },
  };
}

/** Values of a window for which a product at each place is faster than what an engine has. */
const mostValues = 32;
const fewestOutputs = 16;

function isSuitable(filter: readonly number[]): boolean {
  return sizeOf(filter.slice(0, 3)) <= mostValues && filter[3]! >= fewestOutputs;
}

/** The windows at all places of images `[height, width, channels, batch]`: `[places, window * channels, batch]`. */
function windowsOf(images: Node, window: Window, rows: number, columns: number): Node {
  const [height, width, channels, batch] = images.shape as [number, number, number, number];
  const [tall, wide] = paddedExtents(window, height, width);
  const around = { before: [window.top, window.left, 0, 0], after: [window.bottom, window.right, 0, 0], value: 0 };
  const pixels = reshape(node({ kind: "pad", ...around }, [images]), [tall * wide, channels * batch]);
  const windows = node({ kind: "gather", axis: 0 }, [pixels, windowPlaces(window, rows, columns, wide)]);
  return reshape(windows, [rows * columns, window.height * window.width * channels, batch]);
}
