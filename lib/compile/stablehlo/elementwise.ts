import type { Node } from "../graph/node.ts";
import type { ArithmeticFunction, OperationOf, PredicateFunction, UnaryFunction } from "../graph/operation.ts";
import { type Emitter, type Lowerings, typeOf } from "./emitter.ts";
import { elementTypes, tensorType } from "./type.ts";

const unaryOperators: Readonly<Partial<Record<UnaryFunction, string>>> = {
  abs: "stablehlo.abs",
  ceil: "stablehlo.ceil",
  cos: "stablehlo.cosine",
  exp: "stablehlo.exponential",
  expm1: "stablehlo.exponential_minus_one",
  floor: "stablehlo.floor",
  log: "stablehlo.log",
  log1p: "stablehlo.log_plus_one",
  negate: "stablehlo.negate",
  not: "stablehlo.not",
  round: "stablehlo.round_nearest_even",
  rsqrt: "stablehlo.rsqrt",
  sigmoid: "stablehlo.logistic",
  sign: "stablehlo.sign",
  sin: "stablehlo.sine",
  sqrt: "stablehlo.sqrt",
  tanh: "stablehlo.tanh",
};

const arithmeticOperators: Readonly<Record<ArithmeticFunction | "and" | "or", string>> = {
  add: "stablehlo.add",
  subtract: "stablehlo.subtract",
  multiply: "stablehlo.multiply",
  divide: "stablehlo.divide",
  maximum: "stablehlo.maximum",
  minimum: "stablehlo.minimum",
  power: "stablehlo.power",
  and: "stablehlo.and",
  or: "stablehlo.or",
};

const comparisons: Readonly<Record<Exclude<PredicateFunction, "and" | "or">, string>> = {
  equal: "EQ",
  notEqual: "NE",
  less: "LT",
  lessEqual: "LE",
  greater: "GT",
  greaterEqual: "GE",
};

/** Values, and functions of the values in one place. */
export const elementwiseLowerings: Pick<Lowerings, "fill" | "literal" | "unary" | "binary" | "select" | "cast"> = {
  fill: ({ operation: { value, shape, dtype } }, emitter) => emitter.constant(value, shape, dtype),
  literal: (node, emitter) => literal(node, emitter),
  unary: (node, emitter) => {
    const input = node.inputs[0]!;
    const value = emitter.value(input);
    const type = typeOf(node);
    const name = node.operation.function;
    const operator = unaryOperators[name];
    if (operator !== undefined) return emitter.add(`${operator} ${value} : ${type}`);
    const all = (number: number) => emitter.constant(number, node.shape, node.dtype);
    switch (name) {
      case "erf":
        return emitter.add(`chlo.erf ${value} : ${type} -> ${type}`);
      case "reciprocal":
        return emitter.add(`stablehlo.divide ${all(1)}, ${value} : ${type}`);
      case "relu":
        return emitter.add(`stablehlo.maximum ${value}, ${all(0)} : ${type}`);
      case "square":
        return emitter.add(`stablehlo.multiply ${value}, ${value} : ${type}`);
      default: {
        const isAbove = compare("GT", value, all(0), node, emitter);
        return convert(isAbove, { ...node, dtype: "bool" }, node, emitter);
      }
    }
  },
  binary: (node, emitter) => {
    const { function: name } = node.operation;
    const [left, right] = node.inputs.map((input) => emitter.stretched(input, node.shape)) as [string, string];
    if (name in comparisons) {
      const typed = { shape: node.shape, dtype: node.inputs[0]!.dtype };
      return compare(comparisons[name as keyof typeof comparisons], left, right, typed, emitter);
    }
    const operator = arithmeticOperators[name as keyof typeof arithmeticOperators];
    return emitter.add(`${operator} ${left}, ${right} : ${typeOf(node)}`);
  },
  select: (node, emitter) => {
    const values = node.inputs.map((input) => emitter.stretched(input, node.shape));
    return emitter.add(
      `stablehlo.select ${values.join(", ")} : ${typeOf({ ...node, dtype: "bool" })}, ${typeOf(node)}`,
    );
  },
  cast: (node, emitter) => convert(emitter.value(node.inputs[0]!), node.inputs[0]!, node, emitter),
};

/** A comparison of two values of one type, as `bool`. */
export function compare(
  direction: string,
  left: string,
  right: string,
  typed: Pick<Node, "shape" | "dtype">,
  emitter: Emitter,
): string {
  const type = typeOf(typed);
  const result = typeOf({ ...typed, dtype: "bool" });
  return emitter.add(`stablehlo.compare ${direction}, ${left}, ${right} : (${type}, ${type}) -> ${result}`);
}

/** A value in another type. */
export function convert(
  value: string,
  from: Pick<Node, "shape" | "dtype">,
  to: Pick<Node, "shape" | "dtype">,
  emitter: Emitter,
): string {
  return emitter.add(`stablehlo.convert ${value} : (${typeOf(from)}) -> ${typeOf(to)}`);
}

/** The bytes as they lie in memory; those of a `bool` are written as such and compared, since StableHLO packs its bits. */
function literal({ operation }: Node<OperationOf<"literal">>, emitter: Emitter): string {
  const { values, shape, dtype } = operation;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const stored = dtype === "bool" ? "uint8" : dtype;
  const type = tensorType(shape, elementTypes[stored]);
  const name = emitter.add(`stablehlo.constant dense<"0x${bytes.toHex().toUpperCase()}"> : ${type}`);
  return dtype === "bool" ? convert(name, { shape, dtype: stored }, operation, emitter) : name;
}
