import { binary, fill, isBinary, isUnary, type Node, node, uniformValue } from "../graph/node.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";
import type { Rule } from "./rewrite.ts";

/** `x - max(x) - log(sum(exp(x - max(x))))` along the last axis, as tfjs writes the logarithm of softmax, is one operation. */
export function logSoftmaxOfParts(difference: Node): Node | undefined {
  if (!isBinary(difference, "subtract") || difference.dtype !== "float32") return undefined;
  const [shifted, logarithm] = difference.inputs;
  if (!isUnary(logarithm, "log") || !isBinary(shifted, "subtract")) return undefined;
  const powers = reducedRows(logarithm.inputs[0], "sum");
  if (powers === undefined || !isUnary(powers, "exp") || powers.inputs[0] !== shifted) return undefined;
  const [x, largest] = shifted.inputs;
  return reducedRows(largest, "max") === x ? node({ kind: "softmax", logarithm: true }, [x]) : undefined;
}

/** A sum of products with one number is the sum, multiplied once. */
export function sumOfScaled(sum: Node): Node | undefined {
  const { operation, inputs: [product], dtype } = sum;
  if (operation.kind !== "reduce" || operation.function !== "sum" || dtype !== "float32") return undefined;
  if (product === undefined || !isBinary(product, "multiply") || sizeOf(sum.shape) === sizeOf(product.shape)) {
    return undefined;
  }
  const [factor, number] = product.inputs;
  if (uniformValue(number) === undefined || !sameShape(factor.shape, product.shape)) return undefined;
  return binary("multiply", node(operation, [factor]), number);
}

/** Each row of a one-hot code has one place that is on. */
export function sumOfOneHot({ operation, inputs: [codes], shape, dtype }: Node): Node | undefined {
  if (operation.kind !== "reduce" || operation.function !== "sum" || codes?.operation.kind !== "oneHot") {
    return undefined;
  }
  const { depth, on, off } = codes.operation;
  const isOfRows = sameShape(operation.axes, [codes.shape.length - 1]);
  return isOfRows ? fill(Math.fround(on + (depth - 1) * off), shape, dtype) : undefined;
}

/** `x * a - y * a` is `(x - y) * a`, the other way round where the number is negative. */
export function differenceOfScaled(difference: Node): Node | undefined {
  if (!isBinary(difference, "subtract") || difference.dtype !== "float32") return undefined;
  const [left, right] = difference.inputs;
  if (!isBinary(left, "multiply") || !isBinary(right, "multiply")) return undefined;
  const [[x, number], [y, other]] = [left.inputs, right.inputs];
  const value = uniformValue(number);
  const isSame = value !== undefined && value === uniformValue(other) && number.shape.length === 0;
  if (!isSame || ![x, y].every(({ shape }) => sameShape(shape, difference.shape))) return undefined;
  return value < 0
    ? binary("multiply", binary("subtract", y, x), fill(-value))
    : binary("multiply", binary("subtract", x, y), number);
}

/**
 * All of them: what tfjs differentiates of a mean cross-entropy with one-hot labels comes to its closed form,
 * `(softmax(logits) - labels) / batch`, whose softmax is the power of the logarithm that the loss needs.
 */
export const crossEntropyRules: readonly Rule[] = [logSoftmaxOfParts, sumOfScaled, sumOfOneHot, differenceOfScaled];

/** What a node reduces along the last axis, keeping it as 1. */
function reducedRows({ operation, inputs: [input] }: Node, name: "sum" | "max"): Node | undefined {
  const isOfRows = operation.kind === "reduce" && operation.function === name && operation.keep &&
    sameShape(operation.axes, [input!.shape.length - 1]);
  return isOfRows ? input : undefined;
}
