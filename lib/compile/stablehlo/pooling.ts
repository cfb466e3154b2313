import type { Node } from "../graph/node.ts";
import type { ImageLayout, OperationOf, Window } from "../graph/operation.ts";
import { extentsOf } from "./convolution.ts";
import { type Emitter, list, type Lower, type Lowerings, type Typed, typeOf } from "./emitter.ts";
import { neutral, reducers } from "./reduction.ts";
import { padded } from "./structure.ts";

const pool: Lower<OperationOf<"pool">> = (node, emitter) => {
  const { function: name, window } = node.operation;
  const layout = node.operation;
  const images = node.inputs[0]!;
  if (name === "max") return pooled("max", emitter.value(images), images, { window, layout }, node.shape, emitter);
  const sums = pooled("sum", emitter.value(images), images, { window, layout }, node.shape, emitter);
  // How many values of each window lie within the image, for one image of one channel.
  const image = { shape: imagesShape([1, 1], extentsOf(images.shape, layout), layout), dtype: node.dtype };
  const ones = emitter.constant(1, image.shape, image.dtype);
  const counts = { shape: imagesShape([1, 1], extentsOf(node.shape, layout), layout), dtype: node.dtype };
  const count = pooled("sum", ones, image, { window, layout }, counts.shape, emitter);
  const all = emitter.broadcastAlong(count, counts, node.shape, [0, 1, 2, 3]);
  return emitter.add(`stablehlo.divide ${sums}, ${all} : ${typeOf(node)}`);
};

/** Each gradient is added where its window's largest value is, the first of equal ones. */
const maxPoolGradient: Lower<OperationOf<"maxPoolGradient">> = (node, emitter) => {
  const { window } = node.operation;
  const [gradient, images] = node.inputs as [Node, Node];
  const element = typeOf({ shape: [], dtype: node.dtype });
  const zero = emitter.constant(0, [], node.dtype);
  const values = [emitter.value(images), emitter.value(gradient), zero].join(", ");
  const { dimensions, strides, padding } = windowTexts({ window, layout: node.operation });
  return emitter.add(
    `"stablehlo.select_and_scatter"(${values}) <{window_dimensions = ${dimensions}, window_strides = ${strides}, ` +
      `padding = ${padding}}> ({\n` +
      `^bb0(%a: ${element}, %b: ${element}):\n` +
      `  %kept = stablehlo.compare GE, %a, %b : (${element}, ${element}) -> tensor<i1>\n` +
      `  stablehlo.return %kept : tensor<i1>\n` +
      `}, {\n` +
      `^bb0(%a: ${element}, %b: ${element}):\n` +
      `  %sum = stablehlo.add %a, %b : ${element}\n` +
      `  stablehlo.return %sum : ${element}\n` +
      `}) : (${typeOf(images)}, ${typeOf(gradient)}, ${element}) -> ${typeOf(node)}`,
  );
};

/** Each gradient is shared out over its window: those spread out by the strides are added up over windows. */
const averagePoolGradient: Lower<OperationOf<"averagePoolGradient">> = (node, emitter) => {
  const { window } = node.operation;
  const gradient = node.inputs[0]!;
  const layout = node.operation;
  const [height, width] = extentsOf(node.shape, layout);
  const places = extentsOf(gradient.shape, layout);
  const strides = [window.strideHeight, window.strideWidth] as const;
  const low = [window.height - 1 - window.top, window.width - 1 - window.left] as const;
  const extents = [height + window.height - 1, width + window.width - 1] as const;
  const [bottom, right] = places.map((count, axis) =>
    extents[axis]! - ((count - 1) * strides[axis]! + 1) - low[axis]!
  ) as [number, number];
  const [batch, channels] = [node.shape[0]!, node.shape[layout.channelsFirst ? 1 : 3]!];
  const spread = { shape: imagesShape([batch, channels], extents, layout), dtype: node.dtype };
  const value = padded(
    emitter.value(gradient),
    gradient,
    {
      low: imagesShape([0, 0], low, layout),
      high: imagesShape([0, 0], [bottom, right], layout),
      interior: imagesShape([0, 0], [strides[0] - 1, strides[1] - 1], layout),
      value: 0,
    },
    spread.shape,
    emitter,
  );
  const plain = { ...window, strideHeight: 1, strideWidth: 1, top: 0, bottom: 0, left: 0, right: 0 };
  const sums = pooled("sum", value, spread, { window: plain, layout }, node.shape, emitter);
  const size = emitter.constant(window.height * window.width, node.shape, node.dtype);
  return emitter.add(`stablehlo.divide ${sums}, ${size} : ${typeOf(node)}`);
};

/** Pooling and its gradients. */
export const poolingLowerings: Pick<Lowerings, "pool" | "maxPoolGradient" | "averagePoolGradient"> = {
  pool,
  maxPoolGradient,
  averagePoolGradient,
};

function pooled(
  reducer: "max" | "sum",
  value: string,
  from: Typed,
  place: WindowPlace,
  shape: readonly number[],
  emitter: Emitter,
): string {
  const start = emitter.constant(neutral(reducer, from.dtype), [], from.dtype);
  const element = typeOf({ shape: [], dtype: from.dtype });
  const { dimensions, strides, padding } = windowTexts(place);
  return emitter.add(
    `"stablehlo.reduce_window"(${value}, ${start}) <{window_dimensions = ${dimensions}, window_strides = ${strides}, ` +
      `padding = ${padding}}> ({\n` +
      `^bb0(%a: ${element}, %b: ${element}):\n` +
      `  %c = ${reducers[reducer]} %a, %b : ${element}\n` +
      `  stablehlo.return %c : ${element}\n` +
      `}) : (${typeOf(from)}, ${element}) -> ${typeOf({ shape, dtype: from.dtype })}`,
  );
}

/** A window, and on which axes of images it moves. */
interface WindowPlace {
  readonly window: Window;
  readonly layout: ImageLayout;
}

function windowTexts({ window, layout }: WindowPlace): Record<"dimensions" | "strides" | "padding", string> {
  const { height, width, strideHeight, strideWidth, top, bottom, left, right } = window;
  return {
    dimensions: `array<i64: ${imagesShape([1, 1], [height, width], layout).join(", ")}>`,
    strides: `array<i64: ${imagesShape([1, 1], [strideHeight, strideWidth], layout).join(", ")}>`,
    padding: `dense<${
      list(imagesShape<readonly number[]>([[0, 0], [0, 0]], [[top, bottom], [left, right]], layout).map(list))
    }> : tensor<4x2xi64>`,
  };
}

/** A value for each axis of images: of batch and channels, and of height and width. */
function imagesShape<T>(
  [batch, channels]: readonly [T, T],
  [height, width]: readonly [T, T],
  layout: ImageLayout,
): T[] {
  return layout.channelsFirst ? [batch, channels, height, width] : [batch, height, width, channels];
}
