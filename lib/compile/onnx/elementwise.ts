import { broadcast, fill, type Node } from "../graph/node.ts";
import { sizeOf } from "../graph/shape.ts";
import type {
  ArithmeticFunction,
  Dtype,
  OperationOf,
  PredicateFunction,
  UnaryFunction,
  Values,
} from "../graph/operation.ts";
import { scaleChannels } from "./channel_scaling.ts";
import type { Emitter, Lowerings } from "./emitter.ts";
import { gemm } from "./product.ts";
import { dataTypes } from "./model.ts";

const unaryOperators: Readonly<Partial<Record<UnaryFunction, string>>> = {
  abs: "Abs",
  ceil: "Ceil",
  cos: "Cos",
  erf: "Erf",
  exp: "Exp",
  floor: "Floor",
  log: "Log",
  negate: "Neg",
  not: "Not",
  reciprocal: "Reciprocal",
  relu: "Relu",
  round: "Round",
  sigmoid: "Sigmoid",
  sign: "Sign",
  sin: "Sin",
  sqrt: "Sqrt",
  tanh: "Tanh",
};

const binaryOperators: Readonly<Record<Exclude<ArithmeticFunction | PredicateFunction, "notEqual">, string>> = {
  add: "Add",
  subtract: "Sub",
  multiply: "Mul",
  divide: "Div",
  maximum: "Max",
  minimum: "Min",
  power: "Pow",
  and: "And",
  or: "Or",
  equal: "Equal",
  less: "Less",
  lessEqual: "LessOrEqual",
  greater: "Greater",
  greaterEqual: "GreaterOrEqual",
};

/** Values, and functions of the values in one place. */
export const elementwiseLowerings: Pick<Lowerings, "fill" | "literal" | "unary" | "binary" | "select" | "cast"> = {
  fill: (node, { graph }) => {
    const { value, shape, dtype } = node.operation;
    if (sizeOf(shape) === 1) return graph.constant(dtype, typed(value, dtype), shape);
    return graph.add("Expand", [graph.constant(dtype, typed(value, dtype), []), graph.integers(shape)]);
  },
  literal: ({ operation: { values, dtype, shape } }, { graph }) => graph.constant(dtype, values, shape),
  unary: (node, emitter) => {
    const { graph } = emitter;
    const input = emitter.value(node.inputs[0]!);
    const operator = unaryOperators[node.operation.function];
    if (operator !== undefined) return graph.add(operator, [input]);
    switch (node.operation.function) {
      case "square":
        return graph.add("Mul", [input, input]);
      case "rsqrt":
        return graph.add("Reciprocal", [graph.add("Sqrt", [input])]);
      // ONNX has neither of these two; written so, they are as exact as 1 + x is, to 6e-8, however small x is.
      case "log1p":
        return graph.add("Log", [graph.add("Add", [input, graph.scalar(1)])]);
      case "expm1":
        return graph.add("Sub", [graph.add("Exp", [input]), graph.scalar(1)]);
      default: {
        const isAbove = graph.add("Greater", [input, zero(node, emitter)]);
        return graph.add("Cast", [isAbove], { to: dataTypes[node.dtype] });
      }
    }
  },
  binary: (node, emitter) => {
    const { graph } = emitter;
    const fused = emitter.plan.fused.get(node);
    if (fused !== undefined) return gemm(fused.product, emitter, emitter.value(fused.addend));
    const scaling = emitter.plan.scalings.get(node);
    if (scaling !== undefined) return scaleChannels(scaling, emitter);
    const inputs = node.inputs.map((input) => stretched(input, node.shape, emitter));
    const { function: name } = node.operation;
    return name === "notEqual"
      ? graph.add("Not", [graph.add("Equal", inputs)])
      : graph.add(binaryOperators[name], inputs);
  },
  select: (node, emitter) =>
    emitter.graph.add("Where", node.inputs.map((input) => stretched(input, node.shape, emitter))),
  cast: (node, emitter) => {
    const input = emitter.value(node.inputs[0]!);
    return emitter.graph.add("Cast", [input], { to: dataTypes[node.dtype] });
  },
};

/** Values that a repetition over the last axes should have at least: for each stretch of them, ONNX Runtime calls a function. */
const shortStretch = 64;

/**
 * The value of an input of a function of several values, in a form that ONNX Runtime repeats fast: over images of one channel
 * a number needs axes of 1 in full, and a number a channel is repeated over the image, once, outside the loop.
 */
function stretched(input: Node, shape: readonly number[], emitter: Emitter): string {
  const isNumber = input.operation.kind === "fill" && input.shape.length === 0;
  if (isNumber && shape.length > 1 && shape.at(-1) === 1) {
    const ones = shape.map(() => 1);
    return emitter.value(fill((input as Node<OperationOf<"fill">>).operation.value, ones, input.dtype));
  }
  const isShort = input.shape.length > 0 && sizeOf(input.shape) < shortStretch && sizeOf(shape.slice(1)) > shortStretch;
  if (!isShort || emitter.outer === undefined || !emitter.plan.invariant(input)) return emitter.value(input);
  return emitter.outer.value(broadcast(input, shape.slice(1)));
}

function typed(value: number, dtype: Dtype): Values | Float64Array {
  if (dtype === "float32") return Float32Array.of(value);
  if (dtype === "float64") return Float64Array.of(value);
  return dtype === "int32" ? Int32Array.of(value) : Uint8Array.of(value);
}

function zero(node: Node<OperationOf<"unary">>, { graph }: Emitter): string {
  return graph.scalar(0, node.dtype === "int32" ? "int32" : "float32");
}
