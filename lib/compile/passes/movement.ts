import { cast, fill, type Node, node, reshape } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";
import type { Rule } from "./rewrite.ts";

/** Operations that leave their input as it is: a cast to the same type, a reshape to the same shape, and so on. */
export function idleMovement({ operation, inputs: [input], shape, dtype }: Node): Node | undefined {
  if (input === undefined || !sameShape(input.shape, shape)) return undefined;
  switch (operation.kind) {
    case "cast":
      return input.dtype === dtype ? input : undefined;
    case "reshape":
    case "broadcast":
    case "slice":
    case "pad":
    case "tile":
      return input;
    case "concatenate":
      return input;
    case "transpose":
      return operation.permutation.every((axis, index) => axis === index) ? input : undefined;
    case "reverse":
      return operation.axes.every((axis) => shape[axis] === 1) ? input : undefined;
    case "reduce":
      return operation.axes.length === 0 ? input : undefined;
    default:
      return undefined;
  }
}

/** A sum or the like over axes of one place each is a change of shape. */
export function idleReduction({ operation, inputs: [input], shape }: Node): Node | undefined {
  if (operation.kind !== "reduce" || operation.axes.some((axis) => input!.shape[axis] !== 1)) return undefined;
  return reshape(input!, shape);
}

/** Two in a row are one: reshapes, transposes, and casts of which the first loses nothing that the second keeps. */
export function joinedMovement({ operation, inputs: [input], dtype }: Node): Node | undefined {
  const [source] = input?.inputs ?? [];
  if (input === undefined || source === undefined) return undefined;
  if (operation.kind === "reshape" && input.operation.kind === "reshape") return reshape(source, operation.shape);
  if (operation.kind === "transpose" && input.operation.kind === "transpose") {
    const first = input.operation.permutation;
    return node({ kind: "transpose", permutation: operation.permutation.map((axis) => first[axis] as number) }, [
      source,
    ]);
  }
  if (operation.kind === "cast" && input.operation.kind === "cast" && isWider(input.dtype, source.dtype)) {
    return cast(source, dtype);
  }
  return undefined;
}

/** Whether a type holds every value of another. */
function isWider(dtype: Node["dtype"], other: Node["dtype"]): boolean {
  const width = { bool: 0, uint8: 1, int32: 2, float32: 2, float64: 3 };
  return width[dtype] > width[other];
}

/** A one-hot code is made in the type that is wanted. */
export function castOneHot({ operation, inputs: [input] }: Node): Node | undefined {
  if (operation.kind !== "cast" || operation.dtype === "bool" || input?.operation.kind !== "oneHot") return undefined;
  return node({ ...input.operation, dtype: operation.dtype }, input.inputs);
}

/** A function of each value goes before a change of shape, to meet the functions before it. */
export function reshapeAfterwards({ operation, inputs: [input], shape }: Node): Node | undefined {
  if (input?.operation.kind !== "reshape" || (operation.kind !== "unary" && operation.kind !== "cast")) {
    return undefined;
  }
  return reshape(node(operation, [input.inputs[0] as Node]), shape);
}

/** A sum that keeps its axes as 1, or a transpose among axes of 1, is a change of shape. */
export function transposeOfOnes({ operation, inputs: [input], shape }: Node): Node | undefined {
  if (operation.kind !== "transpose" || input === undefined) return undefined;
  const moved = operation.permutation.filter((axis) => input.shape[axis] !== 1);
  return moved.every((axis, index) => index === 0 || axis > (moved[index - 1] as number))
    ? reshape(input, shape)
    : undefined;
}

/** A piece of a concatenation that is one of its parts. */
export function sliceOfConcatenation({ operation, inputs: [input] }: Node): Node | undefined {
  if (operation.kind !== "slice" || input?.operation.kind !== "concatenate") return undefined;
  const { axis } = input.operation;
  let at = 0;
  for (const part of input.inputs) {
    const begin = input.shape.map((_, other) => other === axis ? at : 0);
    if (sameShape(begin, operation.begin) && sameShape(part.shape, operation.size)) return part;
    at += part.shape[axis] as number;
  }
  return undefined;
}

/** A repetition of axes of 1 is a broadcast. */
export function tileOfOnes({ operation, inputs: [input], shape }: Node): Node | undefined {
  if (operation.kind !== "tile" || input === undefined) return undefined;
  const stretches = operation.repeats.every((repeat, axis) => repeat === 1 || input.shape[axis] === 1);
  return stretches ? node({ kind: "broadcast", shape }, [input]) : undefined;
}

/** A sum over axes of a number stretched along them. */
export function sumOfBroadcast({ operation, inputs: [input], shape, dtype }: Node): Node | undefined {
  if (operation.kind !== "reduce" || input?.operation.kind !== "broadcast" || dtype !== "float32") return undefined;
  const [source] = input.inputs as [Node];
  if (sizeOf(source.shape) !== 1 || (operation.function !== "sum" && operation.function !== "mean")) return undefined;
  const count = operation.function === "sum" ? sizeOf(input.shape) / sizeOf(shape) : 1;
  const scaled = node({ kind: "binary", function: "multiply" } satisfies OperationOf<"binary">, [source, fill(count)]);
  return node({ kind: "broadcast", shape }, [reshape(scaled, [])]);
}

/** All of them. */
export const movementRules: readonly Rule[] = [
  idleReduction,
  idleMovement,
  joinedMovement,
  castOneHot,
  reshapeAfterwards,
  transposeOfOnes,
  sliceOfConcatenation,
  tileOfOnes,
  sumOfBroadcast,
];
