import type { Node } from "../graph/node.ts";
import type { ArithmeticFunction, OperationOf, PredicateFunction, UnaryFunction } from "../graph/operation.ts";
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
    const scalar = dtype === "uint8" ? graph.constant(dtype, Uint8Array.of(value), []) : graph.scalar(value, dtype);
    return shape.length === 0 ? scalar : graph.add("Expand", [scalar, graph.integers(shape)]);
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
    const inputs = node.inputs.map((input) => emitter.value(input));
    const { function: name } = node.operation;
    return name === "notEqual"
      ? graph.add("Not", [graph.add("Equal", inputs)])
      : graph.add(binaryOperators[name], inputs);
  },
  select: (node, emitter) => emitter.graph.add("Where", node.inputs.map((input) => emitter.value(input))),
  cast: (node, emitter) => {
    const input = emitter.value(node.inputs[0]!);
    return emitter.graph.add("Cast", [input], { to: dataTypes[node.dtype] });
  },
};

function zero(node: Node<OperationOf<"unary">>, { graph }: Emitter): string {
  return graph.scalar(0, node.dtype === "int32" ? "int32" : "float32");
}
