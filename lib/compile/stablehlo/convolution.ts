import type { Node } from "../graph/node.ts";
import type { ImageLayout, OperationOf, Window } from "../graph/operation.ts";
import { type Emitter, list, type Lower, type Lowerings } from "./emitter.ts";
import { multiplied } from "./product.ts";

type Pair = readonly [number, number];

/** A convolution as XLA has it. */
interface Convolution {
  /** What the axes of images, filter and result are: batch, features, input and output features, places. */
  readonly axes: string;
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

const ones: Pair = [1, 1];

const convolution: Lower<OperationOf<"convolution">> = (node, emitter) => {
  const { window } = node.operation;
  const [images, filter] = node.inputs as [Node, Node];
  const axes = axesOf(node.operation);
  return convolved(emitter.value(images), emitter.value(filter), node, {
    axes: `${axes}x[0, 1, i, o]->${axes}`,
    strides: stridesOf(window),
    padding: [[window.top, window.bottom], [window.left, window.right]],
    imageDilation: ones,
    filterDilation: ones,
  }, emitter);
};

/**
 * The gradient, spread out by the strides, with the turned filter whose in and out are exchanged: the form that XLA knows
 * as cuDNN's backward convolution of data,.
 */
const inputGradient: Lower<OperationOf<"convolutionInputGradient">> = (node, emitter) => {
  const { window } = node.operation;
  const [gradient, filter] = node.inputs as [Node, Node];
  const axes = axesOf(node.operation);
  const [height, width] = extentsOf(node.shape, node.operation);
  const [rows, columns] = extentsOf(gradient.shape, node.operation);
  const around = (extent: number, places: number, stride: number, size: number, before: number): Pair => {
    const low = size - 1 - before;
    return [low, extent + size - 1 - ((places - 1) * stride + 1) - low];
  };
  return convolved(emitter.value(gradient), emitter.value(filter), node, {
    axes: `${axes}x[0, 1, o, i]->${axes}`,
    strides: ones,
    padding: [
      around(height, rows, window.strideHeight, window.height, window.top),
      around(width, columns, window.strideWidth, window.width, window.left),
    ],
    imageDilation: stridesOf(window),
    filterDilation: ones,
    isTurned: true,
  }, emitter);
};

/** The images with the gradient, spread out by the strides, as filter, sums running over the batch: cuDNN's of filters. */
const filterGradient: Lower<OperationOf<"convolutionFilterGradient">> = (node, emitter) => {
  const { window } = node.operation;
  const [images, gradient] = node.inputs as [Node, Node];
  const [, height, width] = images.shape as [number, number, number, number];
  const [, rows, columns] = gradient.shape as [number, number, number, number];
  return convolved(emitter.value(images), emitter.value(gradient), node, {
    axes: "[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]",
    strides: ones,
    padding: [
      [window.top, (rows - 1) * window.strideHeight + window.height - height - window.top],
      [window.left, (columns - 1) * window.strideWidth + window.width - width - window.left],
    ],
    imageDilation: ones,
    filterDilation: stridesOf(window),
  }, emitter);
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

function convolved(
  images: string,
  filter: string,
  node: Node,
  { axes, strides, padding, imageDilation, filterDilation, isTurned = false }: Convolution,
  emitter: Emitter,
): string {
  const factors = [images, filter].map((name, index) => ({ name, shape: node.inputs[index]!.shape }));
  const window = `stride = ${list(strides)}, pad = ${list(padding.map(list))}, ` +
    `lhs_dilate = ${list(imageDilation)}, rhs_dilate = ${list(filterDilation)}`;
  return multiplied(factors, node, ([left, right], precision, types) => {
    const name = `#stablehlo<precision ${precision}>`;
    // Written as an attribute of the window, XLA would not know it for a gradient; nor if anything stood between the two.
    const turned = isTurned ? emitter.add(`stablehlo.reverse ${right}, dims = [0, 1] : ${types[1]}`) : right;
    return `stablehlo.convolution(${left}, ${turned}) dim_numbers = ${axes}, window = {${window}} ` +
      `{batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [${name}, ${name}]}`;
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
