import type { Node } from "../graph/node.ts";
import type { OperationOf, Window } from "../graph/operation.ts";
import { type Emitter, list, type Lower, type Lowerings, type Typed, typeOf } from "./emitter.ts";
import { neutral, reducers } from "./reduction.ts";
import { padded } from "./structure.ts";

const pool: Lower<OperationOf<"pool">> = (node, emitter) => {
  const { function: name, window } = node.operation;
  const images = node.inputs[0]!;
  if (name === "max") return pooled("max", emitter.value(images), images, window, node.shape, emitter);
  const sums = pooled("sum", emitter.value(images), images, window, node.shape, emitter);
  // How many values of each window lie within the image, for one image of one channel.
  const [, height, width] = images.shape as [number, number, number, number];
  const [, rows, columns] = node.shape as [number, number, number, number];
  const image = { shape: [1, height, width, 1], dtype: node.dtype };
  const ones = emitter.constant(1, image.shape, image.dtype);
  const counts = { shape: [1, rows, columns, 1], dtype: node.dtype };
  const count = pooled("sum", ones, image, window, counts.shape, emitter);
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
  const { dimensions, strides, padding } = windowTexts(window);
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
  const [batch, height, width, channels] = node.shape as [number, number, number, number];
  const [, rows, columns] = gradient.shape as [number, number, number, number];
  const [low, extents] = [
    [window.height - 1 - window.top, window.width - 1 - window.left] as const,
    [height + window.height - 1, width + window.width - 1] as const,
  ];
  const strides = [window.strideHeight, window.strideWidth] as const;
  const high = [rows, columns].map((places, axis) => extents[axis]! - ((places - 1) * strides[axis]! + 1) - low[axis]!);
  const spread = { shape: [batch, ...extents, channels], dtype: node.dtype };
  const value = padded(
    emitter.value(gradient),
    gradient,
    {
      low: [0, ...low, 0],
      high: [0, ...high, 0],
      interior: [0, strides[0] - 1, strides[1] - 1, 0],
      value: 0,
    },
    spread.shape,
    emitter,
  );
  const plain = { ...window, strideHeight: 1, strideWidth: 1, top: 0, bottom: 0, left: 0, right: 0 };
  const sums = pooled("sum", value, spread, plain, node.shape, emitter);
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
  window: Window,
  shape: readonly number[],
  emitter: Emitter,
): string {
  const start = emitter.constant(neutral(reducer, from.dtype), [], from.dtype);
  const element = typeOf({ shape: [], dtype: from.dtype });
  const { dimensions, strides, padding } = windowTexts(window);
  return emitter.add(
    `"stablehlo.reduce_window"(${value}, ${start}) <{window_dimensions = ${dimensions}, window_strides = ${strides}, ` +
      `padding = ${padding}}> ({\n` +
      `^bb0(%a: ${element}, %b: ${element}):\n` +
      `  %c = ${reducers[reducer]} %a, %b : ${element}\n` +
      `  stablehlo.return %c : ${element}\n` +
      `}) : (${typeOf(from)}, ${element}) -> ${typeOf({ shape, dtype: from.dtype })}`,
  );
}

function windowTexts({ height, width, strideHeight, strideWidth, top, bottom, left, right }: Window): Record<
  "dimensions" | "strides" | "padding",
  string
> {
  return {
    dimensions: `array<i64: 1, ${height}, ${width}, 1>`,
    strides: `array<i64: 1, ${strideHeight}, ${strideWidth}, 1>`,
    padding: `dense<${list([[0, 0], [top, bottom], [left, right], [0, 0]].map(list))}> : tensor<4x2xi64>`,
  };
}
