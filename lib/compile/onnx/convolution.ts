import type { Node } from "../graph/node.ts";
import { channelsFirstAxes, channelsLastAxes } from "../graph/layout.ts";
import type { ImageLayout, OperationOf, Window } from "../graph/operation.ts";
import type { Emitter, Lower, Lowerings } from "./emitter.ts";
import type { OnnxGraph } from "./model.ts";

/** Axes of images with the channels as batch and the batch as channels: `[channels, batch, height, width]`. */
const channelsAsBatch = [3, 0, 1, 2];

/** The attributes of ONNX's windowed operators. */
export function windowAttributes(window: Window): Record<"kernel_shape" | "strides" | "pads", readonly number[]> {
  return {
    kernel_shape: [window.height, window.width],
    strides: [window.strideHeight, window.strideWidth],
    pads: [window.top, window.left, window.bottom, window.right],
  };
}

/** A node's value with its axes in another order. */
export function permuted(node: Node, permutation: readonly number[], emitter: Emitter): string {
  return emitter.graph.add("Transpose", [emitter.value(node)], { perm: permutation });
}

/** The value of images in ONNX's order of axes, `[batch, channels, height, width]`. */
export function imagesFirst(images: Node, { channelsFirst }: ImageLayout, emitter: Emitter): string {
  return channelsFirst ? emitter.value(images) : permuted(images, channelsFirstAxes, emitter);
}

/** Images in ONNX's order of axes as the layout of an operation has them. */
export function inLayout(images: string, { channelsFirst }: ImageLayout, { graph }: Emitter): string {
  return channelsFirst ? images : graph.add("Transpose", [images], { perm: channelsLastAxes });
}

/** The extents of a node's height and width. */
export function extentsOf({ shape }: Node, { channelsFirst }: ImageLayout): [height: number, width: number] {
  return shape.slice(channelsFirst ? 2 : 1, channelsFirst ? 4 : 3) as [number, number];
}

/**
 * A filter `[height, width, in, out]` in ONNX's order of axes, `[out, in, height, width]`. Outside the loop where it is the
 * same in every step.
 */
function filterFirst(filter: Node, emitter: Emitter): string {
  const { graph, site } = siteOf(filter, emitter);
  const [height, width, inputs, outputs] = filter.shape as [number, number, number, number];
  const places = graph.add("Reshape", [site.value(filter), graph.integers([height * width, inputs, outputs])]);
  const exchanged = graph.add("Transpose", [places], { perm: [0, 2, 1] });
  return placesLast(exchanged, [height, width, outputs, inputs], range(height * width), graph);
}

/** A filter for the gradient of its images: turned about, in and out exchanged, `[in, out, height, width]`. */
function filterBackwards(filter: Node, emitter: Emitter): string {
  const { graph, site } = siteOf(filter, emitter);
  const [height, width] = filter.shape as [number, number, number, number];
  return placesLast(site.value(filter), filter.shape, range(height * width).reverse(), graph);
}

/**
 * `[height, width, a, b]` as `[a, b, height, width]`, the places in another order: by the product with the order's matrix,
 * which is exact, and four times as fast as the transpose that ONNX Runtime makes of any way to write one.
 */
function placesLast(
  filter: string,
  [height, width, a, b]: readonly number[],
  order: readonly number[],
  graph: OnnxGraph,
): string {
  const size = order.length;
  const ends = graph.integers([a!, b!, height!, width!]);
  if (size === 1) return graph.add("Reshape", [filter, ends]);
  const places = graph.add("Reshape", [filter, graph.integers([size, a! * b!])]);
  const matrix = new Float32Array(size * size);
  order.forEach((place, column) => matrix[place * size + column] = 1);
  const permutation = graph.constant("float32", matrix, [size, size]);
  return graph.add("Reshape", [graph.add("Gemm", [places, permutation], { transA: 1 }), ends]);
}

function range(size: number): number[] {
  return Array.from({ length: size }, (_, place) => place);
}

/** Where what is computed of a node alone belongs. */
function siteOf(node: Node, emitter: Emitter): { graph: OnnxGraph; site: Emitter } {
  const site = emitter.outer !== undefined && emitter.plan.invariant(node) ? emitter.outer : emitter;
  return { graph: site.graph, site };
}

const convolution: Lower<OperationOf<"convolution">> = (node, emitter) => {
  const [images, filter] = node.inputs as [Node, Node];
  const inputs = [imagesFirst(images, node.operation, emitter), filterFirst(filter, emitter)];
  const result = emitter.graph.add("Conv", inputs, windowAttributes(node.operation.window));
  return inLayout(result, node.operation, emitter);
};

const inputGradient: Lower<OperationOf<"convolutionInputGradient">> = (node, emitter) => {
  const { graph } = emitter;
  const { window } = node.operation;
  const [gradient, filter] = node.inputs as [Node, Node];
  const outer = [window.height - 1 - window.top, window.width - 1 - window.left] as const;
  const far = [window.height - 1 - window.bottom, window.width - 1 - window.right] as const;
  const isPlain = window.strideHeight === 1 && window.strideWidth === 1 && Math.min(...outer, ...far) >= 0;
  const dy = imagesFirst(gradient, node.operation, emitter);
  let result: string;
  if (isPlain) {
    // A correlation with the flipped filter, in and out exchanged: ONNX Runtime's Conv is twice as fast as its ConvTranspose.
    const backwards = filterBackwards(filter, emitter);
    result = graph.add("Conv", [dy, backwards], { ...windowAttributes(window), pads: [...outer, ...far] });
  } else {
    const [height, width] = extentsOf(node, node.operation);
    const [rows, columns] = extentsOf(gradient, node.operation);
    const attributes = {
      ...windowAttributes(window),
      output_padding: [
        height - ((rows - 1) * window.strideHeight + window.height - window.top - window.bottom),
        width - ((columns - 1) * window.strideWidth + window.width - window.left - window.right),
      ],
    };
    result = graph.add("ConvTranspose", [dy, filterFirst(filter, emitter)], attributes);
  }
  return inLayout(result, node.operation, emitter);
};

/** The images correlated with the output's gradient, sums running over the batch: `[in, out, height, width]`. */
const filterGradient: Lower<OperationOf<"convolutionFilterGradient">> = (node, emitter) => {
  const { graph } = emitter;
  const { window } = node.operation;
  const [images, gradient] = node.inputs as [Node, Node];
  const [, height, width] = images.shape as [number, number, number, number];
  const [, rows, columns] = gradient.shape as [number, number, number, number];
  // What the last place of the window reaches below and to the right; less than nothing where a stride skips a rest.
  const bottom = (rows - 1) * window.strideHeight + window.height - height - window.top;
  const right = (columns - 1) * window.strideWidth + window.width - width - window.left;
  let x = permuted(images, channelsAsBatch, emitter);
  if (bottom < 0 || right < 0) {
    const ends = graph.integers([height + Math.min(0, bottom), width + Math.min(0, right)]);
    x = graph.add("Slice", [x, graph.integers([0, 0]), ends, graph.integers([2, 3])]);
  }
  const result = graph.add("Conv", [x, permuted(gradient, channelsAsBatch, emitter)], {
    kernel_shape: [rows, columns],
    dilations: [window.strideHeight, window.strideWidth],
    strides: [1, 1],
    pads: [window.top, window.left, Math.max(0, bottom), Math.max(0, right)],
  });
  return graph.add("Transpose", [result], { perm: [2, 3, 0, 1] });
};

/** Convolutions and their gradients, in ONNX's own order of axes with transposes around. */
export const convolutionLowerings: Pick<
  Lowerings,
  "convolution" | "convolutionInputGradient" | "convolutionFilterGradient"
> = {
  convolution,
  convolutionInputGradient: inputGradient,
  convolutionFilterGradient: filterGradient,
};
