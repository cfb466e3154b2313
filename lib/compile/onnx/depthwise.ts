import type { Node } from "../graph/node.ts";
import { channelsFirstAxes, channelsLastAxes } from "../graph/layout.ts";
import type { OperationOf } from "../graph/operation.ts";
import { permuted, windowAttributes } from "./convolution.ts";
import type { Emitter, Lower, Lowerings } from "./emitter.ts";

/** A filter `[height, width, in, multiplier]` as that of as many groups as there are channels: `[in * multiplier, 1, ...]`. */
function groupedFilter(filter: Node, emitter: Emitter): string {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  const { graph } = emitter;
  return graph.add("Reshape", [
    permuted(filter, [2, 3, 0, 1], emitter),
    graph.integers([channels * multiplier, 1, height, width]),
  ]);
}

const convolution: Lower<OperationOf<"depthwiseConvolution">> = (node, emitter) => {
  const [images, filter] = node.inputs as [Node, Node];
  const inputs = [permuted(images, channelsFirstAxes, emitter), groupedFilter(filter, emitter)];
  const group = filter.shape[2]!;
  const result = emitter.graph.add("Conv", inputs, { ...windowAttributes(node.operation.window), group });
  return emitter.graph.add("Transpose", [result], { perm: channelsLastAxes });
};

const inputGradient: Lower<OperationOf<"depthwiseInputGradient">> = (node, emitter) => {
  const { window, shape } = node.operation;
  const [gradient, filter] = node.inputs as [Node, Node];
  const [, height, width] = shape as [number, number, number];
  const [, rows, columns] = gradient.shape as [number, number, number];
  const inputs = [permuted(gradient, channelsFirstAxes, emitter), groupedFilter(filter, emitter)];
  const result = emitter.graph.add("ConvTranspose", inputs, {
    ...windowAttributes(window),
    group: filter.shape[2]!,
    output_padding: [
      height - ((rows - 1) * window.strideHeight + window.height - window.top - window.bottom),
      width - ((columns - 1) * window.strideWidth + window.width - window.left - window.right),
    ],
  });
  return emitter.graph.add("Transpose", [result], { perm: channelsLastAxes });
};

/** The images of each channel correlated with its gradients, sums running over the batch, a channel a group. */
const filterGradient: Lower<OperationOf<"depthwiseFilterGradient">> = (node, emitter) => {
  const { graph } = emitter;
  const { window, shape } = node.operation;
  const [images, gradient] = node.inputs as [Node, Node];
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [, rows, columns] = gradient.shape as [number, number, number];
  const [filterHeight, filterWidth, , multiplier] = shape as [number, number, number, number];
  // What the last place of the window reaches below and to the right; less than nothing where a stride skips a rest.
  const bottom = (rows - 1) * window.strideHeight + window.height - height - window.top;
  const right = (columns - 1) * window.strideWidth + window.width - width - window.left;
  const kept = [height + Math.min(0, bottom), width + Math.min(0, right)];
  const ends = [graph.integers([0, 0]), graph.integers(kept), graph.integers([2, 3])];
  const byChannel = graph.add("Slice", [permuted(images, [3, 0, 1, 2], emitter), ...ends]);
  const x = graph.add("Reshape", [byChannel, graph.integers([1, channels * batch, ...kept])]);
  const result = graph.add("Conv", [x, permuted(gradient, [3, 0, 1, 2], emitter)], {
    kernel_shape: [rows, columns],
    dilations: [window.strideHeight, window.strideWidth],
    strides: [1, 1],
    pads: [window.top, window.left, Math.max(0, bottom), Math.max(0, right)],
    group: channels,
  });
  const filters = graph.add("Reshape", [result, graph.integers([channels, multiplier, filterHeight, filterWidth])]);
  return graph.add("Transpose", [filters], { perm: [2, 3, 0, 1] });
};

/** Convolutions of each channel alone and their gradients, as convolutions in as many groups. */
export const depthwiseLowerings: Pick<
  Lowerings,
  "depthwiseConvolution" | "depthwiseInputGradient" | "depthwiseFilterGradient"
> = {
  depthwiseConvolution: convolution,
  depthwiseInputGradient: inputGradient,
  depthwiseFilterGradient: filterGradient,
};
