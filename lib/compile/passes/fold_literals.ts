import { literal, type Node, uniformValue } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { binaryFunctions, castNumber, rounded, unaryFunctions } from "./number_functions.ts";

/** Values that a literal may have to be computed with here; the size of what that makes of a graph is then no matter. */
const mostValues = 1024;

/**
 * Folds what is computed from values known when tracing, not all the same: small tables in the program (`tf.tensor1d([...])`), and
 * what is made of them. Larger ones are left to the engine.
 */
export function foldLiterals({ operation, inputs, shape, dtype }: Node): Node | undefined {
  if (inputs.length === 0 || dtype === "uint8" || dtype === "float64") return undefined;
  if (![shape, ...inputs.map((input) => input.shape)].every(isSmall)) return undefined;
  const tables = inputs.map(tableOf);
  if (!tables.every((table) => table !== undefined)) return undefined;
  const value = valueOf(operation, tables);
  if (value === undefined) return undefined;
  const values = Array.from({ length: sizeOf(shape) }, (_, place) => rounded(value(indicesOf(place, shape)), dtype));
  return literal(values, shape, dtype);
}

function isSmall(shape: readonly number[]): boolean {
  const size = sizeOf(shape);
  return size > 0 && size <= mostValues;
}

/** Values by their indices, outermost first. */
interface Table {
  readonly shape: readonly number[];
  readonly at: (indices: readonly number[]) => number;
}

function tableOf(node: Node): Table | undefined {
  const { operation, shape } = node;
  const uniform = uniformValue(node);
  if (uniform !== undefined) return { shape, at: () => uniform };
  if (operation.kind !== "literal") return undefined;
  const { values } = operation;
  return { shape, at: (indices) => values[placeOf(indices, shape)]! };
}

/** What stands at indices of the result. */
function valueOf(operation: Node["operation"], [first, ...others]: readonly Table[]): Table["at"] | undefined {
  const { shape, at } = first!;
  const [second, third] = others;
  switch (operation.kind) {
    case "unary":
      return (indices) => unaryFunctions[operation.function](at(indices));
    case "cast":
      return (indices) => castNumber(at(indices), operation.dtype);
    case "binary":
      return (indices) => binaryFunctions[operation.function](stretched(first!, indices), stretched(second!, indices));
    case "select":
      return (indices) => stretched(stretched(first!, indices) !== 0 ? second! : third!, indices);
    case "broadcast":
      return (indices) => stretched(first!, indices);
    case "reshape":
      return (indices) => at(indicesOf(placeOf(indices, operation.shape), shape));
    case "transpose":
      return (indices) => at(shape.map((_, axis) => indices[operation.permutation.indexOf(axis)]!));
    case "slice":
      return (indices) => at(indices.map((index, axis) => index + operation.begin[axis]!));
    case "reverse":
      return (indices) =>
        at(indices.map((index, axis) => operation.axes.includes(axis) ? shape[axis]! - 1 - index : index));
    case "tile":
      return (indices) => at(indices.map((index, axis) => index % shape[axis]!));
    case "pad":
      return (indices) => {
        const inner = indices.map((index, axis) => index - operation.before[axis]!);
        return inner.every((index, axis) => index >= 0 && index < shape[axis]!) ? at(inner) : operation.value;
      };
    case "reduce":
      return reduced(operation, first!);
    default:
      return undefined;
  }
}

function reduced({ function: name, axes, keep }: OperationOf<"reduce">, { shape, at }: Table): Table["at"] {
  const extents = axes.map((axis) => shape[axis]!);
  const count = sizeOf(extents);
  const join = { sum: "add", mean: "add", max: "maximum", min: "minimum", product: "multiply" } as const;
  return (indices) => {
    const staying = keep ? indices.filter((_, axis) => !axes.includes(axis)) : indices;
    const values = Array.from({ length: count }, (_, place) => {
      const along = indicesOf(place, extents);
      let next = 0;
      return at(shape.map((_, axis) => axes.includes(axis) ? along[axes.indexOf(axis)]! : staying[next++]!));
    });
    const result = values.reduce((left, right) => binaryFunctions[join[name]](left, right));
    return name === "mean" ? result / count : result;
  };
}

/** The value at indices of what a table is repeated to, lined up from the right. */
function stretched({ shape, at }: Table, indices: readonly number[]): number {
  const own = indices.slice(indices.length - shape.length);
  return at(own.map((index, axis) => shape[axis] === 1 ? 0 : index));
}

function indicesOf(place: number, shape: readonly number[]): number[] {
  const indices = Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices[axis] = place % shape[axis]!;
    place = Math.floor(place / shape[axis]!);
  }
  return indices;
}

function placeOf(indices: readonly number[], shape: readonly number[]): number {
  return indices.reduce((place, index, axis) => place * shape[axis]! + index, 0);
}
