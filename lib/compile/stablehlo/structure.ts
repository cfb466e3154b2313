import type { Node } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { compare } from "./elementwise.ts";
import { type Emitter, list, type Lower, type Lowerings, type Typed, typeOf } from "./emitter.ts";

const slice: Lower<OperationOf<"slice">> = (node, emitter) => {
  const { begin, size } = node.operation;
  const ranges = begin.map((from, axis) => `${from}:${from + size[axis]!}`);
  return unary(`stablehlo.slice ${first(node, emitter)} ${list(ranges)}`, node, emitter);
};

const pad: Lower<OperationOf<"pad">> = (node, emitter) => {
  const { before, after, value } = node.operation;
  const input = node.inputs[0]!;
  return padded(first(node, emitter), input, { low: before, high: after, value }, node.shape, emitter);
};

const concatenate: Lower<OperationOf<"concatenate">> = (node, emitter) => {
  const values = node.inputs.map((input) => emitter.value(input)).join(", ");
  const types = node.inputs.map(typeOf).join(", ");
  return emitter.add(`stablehlo.concatenate ${values}, dim = ${node.operation.axis} : (${types}) -> ${typeOf(node)}`);
};

/** Each axis gets one of its repeats before it, and the two become one. */
const tile: Lower<OperationOf<"tile">> = (node, emitter) => {
  const input = node.inputs[0]!;
  const shape = input.shape.flatMap((extent, axis) => [node.operation.repeats[axis]!, extent]);
  const repeated = emitter.broadcastAlong(
    first(node, emitter),
    input,
    shape,
    input.shape.map((_, axis) => 2 * axis + 1),
  );
  const from = typeOf({ shape, dtype: node.dtype });
  return emitter.add(`stablehlo.reshape ${repeated} : (${from}) -> ${typeOf(node)}`);
};

const oneHot: Lower<OperationOf<"oneHot">> = (node, emitter) => {
  const { on, off } = node.operation;
  const input = node.inputs[0]!;
  const typed = { shape: node.shape, dtype: input.dtype };
  const indices = emitter.broadcastAlong(first(node, emitter), input, node.shape, input.shape.map((_, axis) => axis));
  const places = emitter.add(`stablehlo.iota dim = ${node.shape.length - 1} : ${typeOf(typed)}`);
  const isHere = compare("EQ", indices, places, typed, emitter);
  const [held, other] = [on, off].map((value) => emitter.constant(value, node.shape, node.dtype));
  const types = `${typeOf({ ...node, dtype: "bool" })}, ${typeOf(node)}`;
  return emitter.add(`stablehlo.select ${isHere}, ${held}, ${other} : ${types}`);
};

/** Operations that move values, and those that make or use indices. */
export const structureLowerings: Pick<
  Lowerings,
  | "reshape"
  | "broadcast"
  | "transpose"
  | "slice"
  | "reverse"
  | "pad"
  | "concatenate"
  | "tile"
  | "gather"
  | "oneHot"
> = {
  reshape: (node, emitter) => unary(`stablehlo.reshape ${first(node, emitter)}`, node, emitter),
  broadcast: (node, emitter) => emitter.stretched(node.inputs[0]!, node.shape),
  transpose: (node, emitter) =>
    unary(`stablehlo.transpose ${first(node, emitter)}, dims = ${list(node.operation.permutation)}`, node, emitter),
  slice,
  reverse: (node, emitter) =>
    emitter.add(`stablehlo.reverse ${first(node, emitter)}, dims = ${list(node.operation.axes)} : ${typeOf(node)}`),
  pad,
  concatenate,
  tile,
  gather: (node, emitter) => {
    const [values, indices] = node.inputs as [Node, Node];
    return gathered(
      { name: emitter.value(values), typed: values },
      {
        name: emitter.value(indices),
        typed: indices,
      },
      node.operation.axis,
      emitter,
    );
  },
  oneHot,
};

/** A value and what it is. */
export interface NamedValue {
  /** In the text. */
  readonly name: string;
  /** Its shape and type. */
  readonly typed: Typed;
}

/** Values taken along an axis by indices, whose axes stand in that axis's place. */
export function gathered(values: NamedValue, indices: NamedValue, axis: number, emitter: Emitter): string {
  const { shape, dtype } = values.typed;
  const rank = indices.typed.shape.length;
  const result = shape.toSpliced(axis, 1, ...indices.typed.shape);
  const offsets = result.map((_, at) => at).filter((at) => at < axis || at >= axis + rank);
  const numbers = `offset_dims = ${list(offsets)}, collapsed_slice_dims = [${axis}], start_index_map = [${axis}], ` +
    `index_vector_dim = ${rank}`;
  const sizes = `array<i64: ${shape.toSpliced(axis, 1, 1).join(", ")}>`;
  return emitter.add(
    `"stablehlo.gather"(${values.name}, ${indices.name}) <{dimension_numbers = #stablehlo.gather<${numbers}>, ` +
      `slice_sizes = ${sizes}}> : (${typeOf(values.typed)}, ${typeOf(indices.typed)}) -> ` +
      typeOf({ shape: result, dtype }),
  );
}

/** How a value is padded: less than nothing cuts off, and `interior` numbers go between any two. */
export interface Padding {
  /** Before the first, an axis. */
  readonly low: readonly number[];
  /** After the last, an axis. */
  readonly high: readonly number[];
  /** Between any two, an axis; none if absent. */
  readonly interior?: readonly number[];
  /** What is put there. */
  readonly value: number;
}

/** A value with numbers put around and between. */
export function padded(
  value: string,
  from: Typed,
  { low, high, interior = low.map(() => 0), value: filling }: Padding,
  shape: readonly number[],
  emitter: Emitter,
): string {
  const number = emitter.constant(filling, [], from.dtype);
  return emitter.add(
    `stablehlo.pad ${value}, ${number}, low = ${list(low)}, high = ${list(high)}, interior = ${list(interior)} : ` +
      `(${typeOf(from)}, ${typeOf({ shape: [], dtype: from.dtype })}) -> ${typeOf({ shape, dtype: from.dtype })}`,
  );
}

function first(node: Node, emitter: Emitter): string {
  return emitter.value(node.inputs[0]!);
}

/** Writes an operation of one input, whose type and the result's come after it. */
function unary(operation: string, node: Node, emitter: Emitter): string {
  return emitter.add(`${operation} : (${typeOf(node.inputs[0]!)}) -> ${typeOf(node)}`);
}
