import type { Node } from "../graph/node.ts";
import type { ImageLayout, OperationOf, Window } from "../graph/operation.ts";
import { type Emitter, list, type Lower, type Lowerings, type Typed } from "./emitter.ts";
import { multiplied } from "./product.ts";

/** Of rows and of columns. */
export type Pair = readonly [number, number];

/** How the window of a convolution moves, as XLA has it. */
export interface Geometry {
  /** Places from one window to the next. */
  readonly strides: Pair;
  /** Before and after, of rows and of columns; less than nothing cuts off. */
  readonly padding: readonly [Pair, Pair];
  /** Zeros between the images' values come of these less one. */
  readonly imageDilation: Pair;
  /** The same between the filter's values. */
  readonly filterDilation: Pair;
  /** Whether the filter is turned round; not, if absent. */
  readonly isTurned?: boolean;
}

/** A convolution as XLA has it. */
export interface Convolution extends Geometry {
  /** What the axes of images, filter and result are: batch, features, input and output features, places. */
  readonly axes: string;
  /** In how many groups the features are convolved, or the batch; one, if absent. */
  readonly groups?: { readonly feature?: number; readonly batch?: number };
}

/** A value and its shape. */
export interface Factor {
  /** The name in the text. */
  readonly name: string;
  /** Extents, outermost first. */
  readonly shape: readonly number[];
}

const ones: Pair = [1, 1];

/** Of images with a filter. */
export function forward(window: Window): Geometry {
  return {
    strides: stridesOf(window),
    padding: [[window.top, window.bottom], [window.left, window.right]],
    imageDilation: ones,
    filterDilation: ones,
  };
}

/**
 * Of the gradient, spread out by the strides, with the turned filter whose in and out are exchanged: the form that XLA knows
 * as cuDNN's backward convolution of data.
 *
 * @param extents height and width of the images
 * @param places height and width of the gradient
 */
export function ofImages(window: Window, extents: Pair, places: Pair): Geometry {
  const around = (axis: 0 | 1, stride: number, size: number, before: number): Pair => {
    const low = size - 1 - before;
    return [low, extents[axis] + size - 1 - ((places[axis] - 1) * stride + 1) - low];
  };
  return {
    strides: ones,
    padding: [
      around(0, window.strideHeight, window.height, window.top),
      around(1, window.strideWidth, window.width, window.left),
    ],
    imageDilation: stridesOf(window),
    filterDilation: ones,
    isTurned: true,
  };
}

/**
 * Of the images with the gradient, spread out by the strides, as filter, sums running over the batch: cuDNN's of filters.
 *
 * @param extents height and width of the images
 * @param places height and width of the gradient
 */
export function ofFilter(window: Window, [height, width]: Pair, [rows, columns]: Pair): Geometry {
  return {
    strides: ones,
    padding: [
      [window.top, (rows - 1) * window.strideHeight + window.height - height - window.top],
      [window.left, (columns - 1) * window.strideWidth + window.width - width - window.left],
    ],
    imageDilation: ones,
    filterDilation: stridesOf(window),
  };
}

const convolution: Lower<OperationOf<"convolution">> = (node, emitter) => {
  const axes = axesOf(node.operation);
  const form = { ...forward(node.operation.window), axes: `${axes}x[0, 1, i, o]->${axes}` };
  return convolved(factorsOf(node, emitter), node, form, emitter);
};

const inputGradient: Lower<OperationOf<"convolutionInputGradient">> = (node, emitter) => {
  const { operation } = node;
  const axes = axesOf(operation);
  const [extents, places] = [extentsOf(node.shape, operation), extentsOf(node.inputs[0]!.shape, operation)];
  const form = { ...ofImages(operation.window, extents, places), axes: `${axes}x[0, 1, o, i]->${axes}` };
  return convolved(factorsOf(node, emitter), node, form, emitter);
};

const filterGradient: Lower<OperationOf<"convolutionFilterGradient">> = (node, emitter) => {
  const [images, gradient] = node.inputs as [Node, Node];
  const [extents, places] = [extentsOf(images.shape, {}), extentsOf(gradient.shape, {})];
  const form = { ...ofFilter(node.operation.window, extents, places), axes: "[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]" };
  return convolved(factorsOf(node, emitter), node, form, emitter);
};

/** Convolutions and their gradients. */
export const convolutionLowerings: Pick<
  Lowerings,
  "convolution" | "convolutionInputGradient" | "convolutionFilterGradient"
> = {
  convolution,
  convolutionInputGradient: inputGradient,
  convolutionFilterGradient: filterGradient,
};

/** The inputs of a node, as they are. */
export function factorsOf({ inputs }: Node, emitter: Emitter): Factor[] {
  return inputs.map((input) => ({ name: emitter.value(input), shape: input.shape }));
}

/** Writes a convolution of two factors. */
export function convolved(
  factors: readonly Factor[],
  result: Typed,
  { axes, strides, padding, imageDilation, filterDilation, isTurned = false, groups = {} }: Convolution,
  emitter: Emitter,
): string {
  const { feature = 1, batch = 1 } = groups;
  const window = `stride = ${list(strides)}, pad = ${list(padding.map(list))}, ` +
    `lhs_dilate = ${list(imageDilation)}, rhs_dilate = ${list(filterDilation)}`;
  return multiplied(factors, result, ([left, right], precision, types) => {
    const name = `#stablehlo<precision ${precision}>`;
    // Written as an attribute of the window, XLA would not know it for a gradient; nor if anything stood between the two.
    const turned = isTurned ? emitter.add(`stablehlo.reverse ${right}, dims = [0, 1] : ${types[1]}`) : right;
    return `stablehlo.convolution(${left}, ${turned}) dim_numbers = ${axes}, window = {${window}} ` +
      `{batch_group_count = ${batch} : i64, feature_group_count = ${feature} : i64, precision_config = [${name}, ${name}]}`;
  }, emitter);
}

function axesOf({ channelsFirst }: ImageLayout): string {
  return channelsFirst ? "[b, f, 0, 1]" : "[b, 0, 1, f]";
}

/** Height and width of images. */
export function extentsOf(shape: readonly number[], { channelsFirst }: ImageLayout): [number, number] {
  const [first, second] = shape.slice(channelsFirst ? 2 : 1) as [number, number];
  return [first, second];
}

function stridesOf(window: Window): Pair {
  return [window.strideHeight, window.strideWidth];
}
