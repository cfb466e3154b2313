import type { Node } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { convolved, extentsOf, type Factor, factorsOf, forward, ofFilter, ofImages } from "./convolution.ts";
import { type Emitter, type Lower, type Lowerings, type Typed, typeOf } from "./emitter.ts";

/** The axes of images. */
const imageAxes = "[b, 0, 1, f]";

/** A value in another shape. */
function reshaped(name: string, from: Typed, shape: readonly number[], emitter: Emitter): Factor {
  const to = { shape, dtype: from.dtype };
  return { name: emitter.add(`stablehlo.reshape ${name} : (${typeOf(from)}) -> ${typeOf(to)}`), shape };
}

/** `[height, width, in, multiplier]` as the filter of as many groups as there are channels. */
function grouped([height, width, channels, multiplier]: readonly number[]): number[] {
  return [height!, width!, 1, channels! * multiplier!];
}

const convolution: Lower<OperationOf<"depthwiseConvolution">> = (node, emitter) => {
  const [x, filter] = factorsOf(node, emitter) as [Factor, Factor];
  const filters = reshaped(filter.name, node.inputs[1]!, grouped(filter.shape), emitter);
  const form = { ...forward(node.operation.window), axes: `${imageAxes}x[0, 1, i, o]->${imageAxes}` };
  return convolved([x, filters], node, { ...form, groups: { feature: filter.shape[2]! } }, emitter);
};

const inputGradient: Lower<OperationOf<"depthwiseInputGradient">> = (node, emitter) => {
  const [gradient, filter] = factorsOf(node, emitter) as [Factor, Factor];
  const geometry = ofImages(node.operation.window, extentsOf(node.shape, {}), extentsOf(gradient.shape, {}));
  const form = { ...geometry, axes: `${imageAxes}x[0, 1, o, i]->${imageAxes}`, groups: { feature: filter.shape[2]! } };
  return convolved([gradient, filter], node, form, emitter);
};

const filterGradient: Lower<OperationOf<"depthwiseFilterGradient">> = (node, emitter) => {
  const [images, gradient] = node.inputs as [Node, Node];
  const [extents, places] = [extentsOf(images.shape, {}), extentsOf(gradient.shape, {})];
  const form = { ...ofFilter(node.operation.window, extents, places), axes: "[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]" };
  const typed = { shape: grouped(node.shape), dtype: node.dtype };
  const groups = { batch: node.shape[2]! };
  const filters = convolved(factorsOf(node, emitter), typed, { ...form, groups }, emitter);
  return reshaped(filters, typed, node.shape, emitter).name;
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
