import { binary, broadcast, fill, isBinary, isUnary, type Node, unary, uniformValue } from "../graph/node.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";
import type { Rule } from "./rewrite.ts";

/** A number stands on the right of a sum or product, so that other rules need look for it there alone. */
export function numbersOnTheRight(node: Node): Node | undefined {
  if (!isBinary(node, "add") && !isBinary(node, "multiply")) return undefined;
  const [left, right] = node.inputs as [Node, Node];
  return uniformValue(left) !== undefined && uniformValue(right) === undefined
    ? binary(node.operation.function as "add", right, left)
    : undefined;
}

/** A number that stretches over a tensor is a scalar. */
export function scalarNumbers(node: Node): Node | undefined {
  if (!isBinary(node)) return undefined;
  const [left, right] = node.inputs;
  const [leftValue, rightValue] = [uniformValue(left), uniformValue(right)];
  const name = node.operation.function;
  if (rightValue !== undefined && right.shape.length > 0 && sameShape(left.shape, node.shape)) {
    return binary(name, left, fill(rightValue, [], right.dtype));
  }
  if (leftValue !== undefined && left.shape.length > 0 && sameShape(right.shape, node.shape)) {
    return binary(name, fill(leftValue, [], left.dtype), right);
  }
  return undefined;
}

/** Operations that change nothing: `x + 0`, `x - 0`, `x * 1`, `x / 1`, `x ^ 1`; and `x * 0`, `0 - x`, `x ^ 2`. */
export function neutralNumbers(node: Node): Node | undefined {
  if (!isBinary(node)) return undefined;
  const [left, right] = node.inputs;
  const value = uniformValue(right);
  const whole = (input: Node) => sameShape(input.shape, node.shape) ? input : broadcast(input, node.shape);
  switch (node.operation.function) {
    case "add":
      return value === 0 ? whole(left) : undefined;
    case "subtract":
      if (value === 0) return whole(left);
      return uniformValue(left) === 0 ? unary("negate", whole(right)) : undefined;
    case "multiply":
      // A number times 0 is 0 only where it is finite; a net whose numbers are not has lost its way already.
      return value === 1 ? whole(left) : value === 0 ? fill(0, node.shape, node.dtype) : undefined;
    case "divide":
      return value === 1 ? whole(left) : undefined;
    case "power":
      return value === 1 ? whole(left) : value === 2 ? unary("square", whole(left)) : undefined;
    default:
      return undefined;
  }
}

/** A division by a number is a product with its reciprocal. */
export function divisionByNumber(node: Node): Node | undefined {
  if (!isBinary(node, "divide") || node.dtype !== "float32") return undefined;
  const [left, right] = node.inputs;
  const value = uniformValue(right);
  return value === undefined ? undefined : binary("multiply", left, fill(Math.fround(1 / value), right.shape));
}

/** `(x * a) * b` is `x * (a * b)`, and `(x * a) * y` is `x * (y * a)` where `y` is the smaller: numbers go where they are cheap. */
export function joinedFactors(node: Node): Node | undefined {
  if (!isBinary(node, "multiply") || node.dtype !== "float32") return undefined;
  for (const [product, other] of [node.inputs, node.inputs.toReversed() as unknown as readonly [Node, Node]]) {
    if (!isBinary(product, "multiply")) continue;
    const [factor, number] = product.inputs;
    if (uniformValue(number) === undefined || !sameShape(factor.shape, product.shape)) continue;
    if (uniformValue(other) !== undefined) return binary("multiply", factor, binary("multiply", number, other));
    if (sizeOf(other.shape) < sizeOf(factor.shape) && sameShape(factor.shape, node.shape)) {
      return binary("multiply", factor, binary("multiply", other, number));
    }
  }
  return undefined;
}

/** Minus signs: `-(-x)`, `-(x * a)`, `x + (-y)`, `x - (-y)`, `(-x) * a`. */
export function joinedSigns(node: Node): Node | undefined {
  if (isUnary(node, "negate")) {
    const [input] = node.inputs;
    if (isUnary(input, "negate")) return input.inputs[0];
    if (!isBinary(input, "multiply")) return undefined;
    const [factor, number] = input.inputs;
    return uniformValue(number) === undefined ? undefined : binary("multiply", factor, unary("negate", number));
  }
  if (!isBinary(node)) return undefined;
  const [left, right] = node.inputs;
  const name = node.operation.function;
  if (name === "add" && isUnary(right, "negate")) return binary("subtract", left, right.inputs[0]);
  if (name === "add" && isUnary(left, "negate")) return binary("subtract", right, left.inputs[0]);
  if (name === "subtract" && isUnary(right, "negate")) return binary("add", left, right.inputs[0]);
  if (name === "multiply" && isUnary(left, "negate") && uniformValue(right) !== undefined) {
    return binary("multiply", left.inputs[0], unary("negate", right));
  }
  return undefined;
}

/** All of them. */
export const algebraRules: readonly Rule[] = [
  numbersOnTheRight,
  scalarNumbers,
  neutralNumbers,
  divisionByNumber,
  joinedFactors,
  joinedSigns,
];
