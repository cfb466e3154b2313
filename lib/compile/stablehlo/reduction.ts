import type { Node } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { type Emitter, list, type Lower, type Lowerings, type Typed, typeOf } from "./emitter.ts";

/** A function of two values that a reduction applies again and again. */
export type Reducer = "sum" | "max" | "min" | "product";

/** The operators of reductions. */
export const reducers: Readonly<Record<Reducer, string>> = {
  sum: "stablehlo.add",
  max: "stablehlo.maximum",
  min: "stablehlo.minimum",
  product: "stablehlo.multiply",
};

/** What a reduction starts from: the value that changes nothing. */
export function neutral(reducer: Reducer, dtype: Node["dtype"]): number {
  if (reducer === "sum") return 0;
  if (reducer === "product") return 1;
  const isFloating = dtype === "float32" || dtype === "float64";
  if (isFloating) return reducer === "min" ? Infinity : -Infinity;
  return reducer === "min" ? 2 ** 31 - 1 : -(2 ** 31);
}

/** A value with axes reduced away. */
function reduced(reducer: Reducer, value: string, from: Typed, axes: readonly number[], emitter: Emitter): string {
  const start = emitter.constant(neutral(reducer, from.dtype), [], from.dtype);
  const result = typeOf({ shape: without(from.shape, axes), dtype: from.dtype });
  return emitter.add(
    `stablehlo.reduce(${value} init: ${start}) applies ${reducers[reducer]} across dimensions = ${list(axes)} : ` +
      `(${typeOf(from)}, ${typeOf({ shape: [], dtype: from.dtype })}) -> ${result}`,
  );
}

const reduce: Lower<OperationOf<"reduce">> = (node, emitter) => {
  const { function: name, axes, keep } = node.operation;
  const input = node.inputs[0]!;
  const typed = { shape: without(input.shape, axes), dtype: node.dtype };
  let value = reduced(name === "mean" ? "sum" : name, emitter.value(input), input, axes, emitter);
  if (name === "mean") {
    const count = emitter.constant(sizeOf(input.shape) / sizeOf(typed.shape), typed.shape, node.dtype);
    value = emitter.add(`stablehlo.divide ${value}, ${count} : ${typeOf(typed)}`);
  }
  return keep ? emitter.add(`stablehlo.reshape ${value} : (${typeOf(typed)}) -> ${typeOf(node)}`) : value;
};

/** Values and their indices, reduced together: of equal values the one of the smaller index is kept. */
const argument: Lower<OperationOf<"argument">> = (node, emitter) => {
  const { function: name, axis } = node.operation;
  const input = node.inputs[0]!;
  const element = typeOf({ shape: [], dtype: input.dtype });
  const indices = typeOf({ shape: input.shape, dtype: "int32" });
  const starts = [
    emitter.constant(neutral(name, input.dtype), [], input.dtype),
    emitter.constant(0, [], "int32"),
  ];
  const places = emitter.add(`stablehlo.iota dim = ${axis} : ${indices}`);
  const types = `(${typeOf(input)}, ${indices}, ${element}, tensor<i32>) -> ` +
    `(${typeOf({ shape: node.shape, dtype: input.dtype })}, ${typeOf(node)})`;
  const region = [
    `%better = stablehlo.compare ${name === "max" ? "GT" : "LT"}, %a, %b : (${element}, ${element}) -> tensor<i1>`,
    // What does not equal itself is not a number: it is kept, so that it is noticed.
    `%none = stablehlo.compare NE, %a, %a : (${element}, ${element}) -> tensor<i1>`,
    "%kept = stablehlo.or %better, %none : tensor<i1>",
    `%equal = stablehlo.compare EQ, %a, %b : (${element}, ${element}) -> tensor<i1>`,
    "%before = stablehlo.compare LT, %i, %j : (tensor<i32>, tensor<i32>) -> tensor<i1>",
    "%tied = stablehlo.and %equal, %before : tensor<i1>",
    "%first = stablehlo.or %kept, %tied : tensor<i1>",
    `%value = stablehlo.select %kept, %a, %b : tensor<i1>, ${element}`,
    "%index = stablehlo.select %first, %i, %j : tensor<i1>, tensor<i32>",
    `stablehlo.return %value, %index : ${element}, tensor<i32>`,
  ];
  const operation = `stablehlo.reduce(${emitter.value(input)} init: ${starts[0]}), (${places} init: ${starts[1]}) ` +
    `across dimensions = [${axis}] : ${types} ` +
    `reducer(%a: ${element}, %b: ${element}) (%i: tensor<i32>, %j: tensor<i32>) {\n  ${region.join("\n  ")}\n}`;
  return emitter.addSeveral(operation, 2)[1]!;
};

/** Of numbers less their largest, so that no power overflows. */
const softmax: Lower<OperationOf<"softmax">> = (node, emitter) => {
  const type = typeOf(node);
  const axis = node.shape.length - 1;
  const rows = node.shape.slice(0, -1);
  const axes = rows.map((_, at) => at);
  const over = (value: string) => emitter.broadcastAlong(value, { shape: rows, dtype: node.dtype }, node.shape, axes);
  const input = emitter.value(node.inputs[0]!);
  const largest = over(reduced("max", input, node, [axis], emitter));
  const shifted = emitter.add(`stablehlo.subtract ${input}, ${largest} : ${type}`);
  const powers = emitter.add(`stablehlo.exponential ${shifted} : ${type}`);
  const sums = reduced("sum", powers, node, [axis], emitter);
  if (!node.operation.logarithm) return emitter.add(`stablehlo.divide ${powers}, ${over(sums)} : ${type}`);
  const logarithms = emitter.add(`stablehlo.log ${sums} : ${typeOf({ shape: rows, dtype: node.dtype })}`);
  return emitter.add(`stablehlo.subtract ${shifted}, ${over(logarithms)} : ${type}`);
};

/** Operations along axes, of all values there. */
export const reductionLowerings: Pick<Lowerings, "reduce" | "argument" | "softmax"> = { reduce, argument, softmax };

function without(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}
