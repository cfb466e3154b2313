import { binary, broadcast, isBinary, isUnary, type Node, node, reshape, unary } from "../graph/node.ts";
import { broadcastShape, sameShape } from "../graph/shape.ts";
import type { Rule } from "./rewrite.ts";

/** A function of each value comes before the values are repeated. */
export function unaryBeforeBroadcast(node: Node): Node | undefined {
  const [input] = node.inputs;
  if (!isUnary(node) || input?.operation.kind !== "broadcast") return undefined;
  return broadcast(unary(node.operation.function, input.inputs[0] as Node), node.shape);
}

/** A function of two values repeats its inputs by itself, as far as the other is as large. */
export function binaryInsteadOfBroadcast(node: Node): Node | undefined {
  if (!isBinary(node)) return undefined;
  const [left, right] = node.inputs;
  const name = node.operation.function;
  const [leftSource, rightSource] = [sourceOf(left), sourceOf(right)];
  if (leftSource !== undefined && sameShape(broadcastShape(leftSource.shape, right.shape), node.shape)) {
    return binary(name, leftSource, right);
  }
  if (rightSource !== undefined && sameShape(broadcastShape(left.shape, rightSource.shape), node.shape)) {
    return binary(name, left, rightSource);
  }
  // Neither is as large as the result: what they have in common is computed first.
  if (leftSource === undefined && rightSource === undefined) return undefined;
  return broadcast(binary(name, leftSource ?? left, rightSource ?? right), node.shape);
}

/** Leading axes of 1 are there for nothing where the other has that rank, and else might as well be put there afterwards. */
export function noLeadingOnes(sum: Node): Node | undefined {
  if (!isBinary(sum)) return undefined;
  const [left, right] = sum.inputs;
  const [leftTail, rightTail] = [withoutLeadingOnes(left), withoutLeadingOnes(right)];
  if (leftTail === undefined && rightTail === undefined) return undefined;
  const result = binary(sum.operation.function, leftTail ?? left, rightTail ?? right);
  return sameShape(result.shape, sum.shape) ? result : reshape(result, sum.shape);
}

/** A sum over axes of 1 that a reshape put in front, among others, is the sum over the others. */
export function reduceWithoutLeadingOnes({ operation, inputs: [input], shape }: Node): Node | undefined {
  if (operation.kind !== "reduce" || input === undefined) return undefined;
  const source = withoutLeadingOnes(input);
  if (source === undefined) return undefined;
  const added = input.shape.length - source.shape.length;
  const axes = operation.axes.filter((axis) => axis >= added).map((axis) => axis - added);
  return reshape(node({ ...operation, axes }, [source]), shape);
}

/** Two broadcasts in a row are one. */
export function joinedBroadcasts({ operation, inputs: [input] }: Node): Node | undefined {
  if (operation.kind !== "broadcast" || input?.operation.kind !== "broadcast") return undefined;
  return broadcast(input.inputs[0] as Node, operation.shape);
}

function sourceOf(node: Node): Node | undefined {
  return node.operation.kind === "broadcast" ? node.inputs[0] : undefined;
}

/** What a node reshapes by putting ones in front. */
function withoutLeadingOnes(node: Node): Node | undefined {
  if (node.operation.kind !== "reshape") return undefined;
  const [source] = node.inputs as [Node];
  const added = node.shape.length - source.shape.length;
  const isLeading = added > 0 && node.shape.slice(0, added).every((extent) => extent === 1) &&
    sameShape(node.shape.slice(added), source.shape);
  return isLeading ? source : undefined;
}

/** A stretch of values, reshaped so that the stretched axes stay, is the values reshaped and stretched. */
export function reshapeBeforeBroadcast({ operation, inputs: [input], shape }: Node): Node | undefined {
  if (operation.kind !== "reshape" || input?.operation.kind !== "broadcast") return undefined;
  const [source] = input.inputs as [Node];
  // Only a single value: every other case depends on which axes the values lie along.
  return source.shape.every((extent) => extent === 1) ? broadcast(reshape(source, []), shape) : undefined;
}

/** All of them. */
export const broadcastRules: readonly Rule[] = [
  unaryBeforeBroadcast,
  binaryInsteadOfBroadcast,
  noLeadingOnes,
  reduceWithoutLeadingOnes,
  joinedBroadcasts,
  reshapeBeforeBroadcast,
];
