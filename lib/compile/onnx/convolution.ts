import type { Node } from "../graph/node.ts";
import type { OperationOf, Window } from "../graph/operation.ts";
import type { Emitter, Lower, Lowerings } from "./emitter.ts";

/** Axes of images `[batch, height, width, channels]` in the order of ONNX, `[batch, channels, height, width]`, and back. */
export const channelsFirst: readonly number[] = [0, 3, 1, 2];
/** The reverse of {@linkcode channelsFirst}. */
export const channelsLast: readonly number[] = [0, 2, 3, 1];
/** Axes of filters `[height, width, in, out]` in the order of ONNX, `[out, in, height, width]`. */
const filterFirst = [3, 2, 0, 1];
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

const convolution: Lower<OperationOf<"convolution">> = (node, emitter) => {
  const [images, filter] = node.inputs as [Node, Node];
  const inputs = [permuted(images, channelsFirst, emitter), permuted(filter, filterFirst, emitter)];
  const result = emitter.graph.add("Conv", inputs, windowAttributes(node.operation.window));
  return emitter.graph.add("Transpose", [result], { perm: channelsLast });
};

const inputGradient: Lower<OperationOf<"convolutionInputGradient">> = (node, emitter) => {
  const { graph } = emitter;
  const { window } = node.operation;
  const [gradient, filter] = node.inputs as [Node, Node];
  const outer = [window.height - 1 - window.top, window.width - 1 - window.left] as const;
  const far = [window.height - 1 - window.bottom, window.width - 1 - window.right] as const;
  const isPlain = window.strideHeight === 1 && window.strideWidth === 1 && Math.min(...outer, ...far) >= 0;
  const dy = permuted(gradient, channelsFirst, emitter);
  let result: string;
  if (isPlain) {
    // A correlation with the flipped filter, in and out exchanged: ONNX Runtime's Conv is twice as fast as its ConvTranspose.
    const back = graph.integers([-1, -1]);
    const ends = graph.integers([-window.height - 1, -window.width - 1]);
    const flipped = graph.add("Slice", [emitter.value(filter), back, ends, graph.integers([0, 1]), back]);
    const exchanged = graph.add("Transpose", [flipped], { perm: [2, 3, 0, 1] });
    result = graph.add("Conv", [dy, exchanged], { ...windowAttributes(window), pads: [...outer, ...far] });
  } else {
    const [, height, width] = node.shape as [number, number, number, number];
    const [, rows, columns] = gradient.shape as [number, number, number, number];
    const attributes = {
      ...windowAttributes(window),
      output_padding: [
        height - ((rows - 1) * window.strideHeight + window.height - window.top - window.bottom),
        width - ((columns - 1) * window.strideWidth + window.width - window.left - window.right),
      ],
    };
    result = graph.add("ConvTranspose", [dy, permuted(filter, filterFirst, emitter)], attributes);
  }
  return graph.add("Transpose", [result], { perm: channelsLast });
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
