import { inferDtype, inferShape } from "./inference.ts";
import type {
  ArithmeticFunction,
  Dtype,
  Operation,
  OperationOf,
  PredicateFunction,
  UnaryFunction,
  Values,
} from "./operation.ts";

/** A value of a graph: an operation on other values. Never changed once made. */
export interface Node<O extends Operation = Operation> {
  /** What is computed. */
  readonly operation: O;
  /** Of what, in the operation's order. */
  readonly inputs: readonly Node[];
  /** Extents, outermost first. */
  readonly shape: readonly number[];
  /** Type of a value. */
  readonly dtype: Dtype;
  /** The tfjs kernel that asked for it; absent for what a pass made. */
  readonly source?: string;
}

/** Makes a node; its shape and type follow from the operation and the inputs. */
export function node<O extends Operation>(operation: O, inputs: readonly Node[] = [], source?: string): Node<O> {
  const made = { operation, inputs, shape: inferShape(operation, inputs), dtype: inferDtype(operation, inputs) };
  return source === undefined ? made : { ...made, source };
}

/** One value everywhere, as its type holds it. */
export function fill(value: number, shape: readonly number[] = [], dtype: Dtype = "float32"): Node {
  return node({ kind: "fill", value: dtype === "float32" ? Math.fround(value) : value, shape, dtype });
}

/** Values known when tracing: one value everywhere where they are all the same. */
export function literal(
  values: ArrayLike<number>,
  shape: readonly number[],
  dtype: Extract<Dtype, "float32" | "int32" | "bool">,
): Node {
  const copy: Values = dtype === "float32"
    ? Float32Array.from(values)
    : dtype === "int32"
    ? Int32Array.from(values)
    : Uint8Array.from(values);
  const [first] = copy;
  return first !== undefined && copy.every((value) => Object.is(value, first))
    ? fill(first, shape, dtype)
    : node({ kind: "literal", values: copy, shape, dtype });
}

/** A function of one value. */
export function unary(name: UnaryFunction, input: Node): Node {
  return node({ kind: "unary", function: name }, [input]);
}

/** A function of two values. */
export function binary(name: ArithmeticFunction | PredicateFunction, left: Node, right: Node): Node {
  return node({ kind: "binary", function: name }, [left, right]);
}

/** A product of matrices, each read as it lies or transposed. */
export function matMul(
  left: Node,
  right: Node,
  transposes: Partial<Omit<OperationOf<"matMul">, "kind">> = {},
): Node<OperationOf<"matMul">> {
  return node({ kind: "matMul", transposeLeft: false, transposeRight: false, ...transposes }, [left, right]);
}

/** The same values in another shape. */
export function reshape(input: Node, shape: readonly number[]): Node {
  return node({ kind: "reshape", shape }, [input]);
}

/** Values repeated to a larger shape. */
export function broadcast(input: Node, shape: readonly number[]): Node {
  return node({ kind: "broadcast", shape }, [input]);
}

/** Values in another type. */
export function cast(input: Node, dtype: Dtype): Node {
  return node({ kind: "cast", dtype }, [input]);
}

/** Whether a node is a function of two values, of a name if one is given. */
export function isBinary(
  node: Node,
  name?: ArithmeticFunction | PredicateFunction,
): node is Node<Extract<Operation, { kind: "binary" }>> & { readonly inputs: readonly [Node, Node] } {
  return node.operation.kind === "binary" && (name === undefined || node.operation.function === name);
}

/** Whether a node is a function of one value, of a name if one is given. */
export function isUnary(
  node: Node,
  name?: UnaryFunction,
): node is Node<Extract<Operation, { kind: "unary" }>> & { readonly inputs: readonly [Node] } {
  return node.operation.kind === "unary" && (name === undefined || node.operation.function === name);
}

/** The value of a node that is one value everywhere, else undefined. */
export function uniformValue(node: Node | undefined): number | undefined {
  return node?.operation.kind === "fill" ? node.operation.value : undefined;
}
