import { binary, fill, isBinary, isUnary, type Node, node, unary } from "../graph/node.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";
import type { Rule } from "./rewrite.ts";

/** `(x * a) * b` is `x * (a * b)` where both are repeated over `x` along the same axes: what is small is multiplied first. */
export function smallFactorsTogether(product: Node): Node | undefined {
  if (!isBinary(product, "multiply") || product.dtype !== "float32") return undefined;
  const [left, right] = product.inputs;
  for (const [scaled, small] of [[left, right], [right, left]] as const) {
    if (!isBinary(scaled, "multiply") || !isRepeated(small, product)) continue;
    const [first, second] = scaled.inputs;
    for (const [whole, factor] of [[first, second], [second, first]] as const) {
      if (!sameShape(whole.shape, product.shape) || !isRepeated(factor, product)) continue;
      const factors = binary("multiply", factor, small);
      // Those along other axes are left where they are: together they would be larger, and no engine's scale of channels.
      const sizes = [factor, small].map(({ shape }) => sizeOf(shape));
      if (sizes.every((size) => size === sizeOf(factors.shape))) return binary("multiply", whole, factors);
    }
  }
  return undefined;
}

/** A sum of products leaves factors out that are the same along its axes: `sum(x * a * y)` is `sum(x * y) * a`. */
export function factorsOutOfSum(sum: Node): Node | undefined {
  const { operation, inputs: [product] } = sum;
  if (operation.kind !== "reduce" || operation.function !== "sum" || product!.dtype !== "float32") return undefined;
  if (!isBinary(product!, "multiply")) return undefined;
  const factors = factorsOf(product, product.shape);
  const isSame = (factor: Node) => isUniformAlong(factor, product.shape, operation.axes);
  const [varying, same] = [factors.filter((factor) => !isSame(factor)), factors.filter(isSame)];
  // Numbers are for another rule; of what is a number in each place, a sum over nothing would be left.
  if (same.every(({ shape }) => shape.length === 0) || varying.length === 0) return undefined;
  const rest = varying.reduce((product, factor) => binary("multiply", product, factor));
  if (!sameShape(rest.shape, product.shape)) return undefined;
  const staying = same.map((factor) => reducedShape(factor, product.shape, operation));
  if (!staying.every((factor) => factor !== undefined)) return undefined;
  return staying.reduce<Node>((result, factor) => binary("multiply", result, factor), node(operation, [rest]));
}

/** What is centred by its mean along axes sums to 0 along them. */
export function sumOfCentred({ operation, inputs: [centred], shape, dtype }: Node): Node | undefined {
  if (operation.kind !== "reduce" || (operation.function !== "sum" && operation.function !== "mean")) return undefined;
  if (!isBinary(centred!, "subtract") || dtype !== "float32") return undefined;
  const [x, subtracted] = centred.inputs;
  const mean = subtracted.operation.kind === "reshape" ? subtracted.inputs[0]! : subtracted;
  const isMean = mean.operation.kind === "reduce" && mean.operation.function === "mean" && mean.inputs[0] === x &&
    sameShape(mean.operation.axes, operation.axes);
  const along = x.shape.map((extent, axis) => operation.axes.includes(axis) ? 1 : extent);
  const isRepeatedBack = sameShape(along.slice(along.length - subtracted.shape.length), subtracted.shape) &&
    along.slice(0, along.length - subtracted.shape.length).every((extent) => extent === 1);
  return isMean && isRepeatedBack ? fill(0, shape) : undefined;
}

/** A division by a root that is repeated over the dividend is a product with its reciprocal, which is an operation of its own. */
export function divisionByRoot(quotient: Node): Node | undefined {
  if (!isBinary(quotient, "divide") || quotient.dtype !== "float32") return undefined;
  const [dividend, root] = quotient.inputs;
  if (!isUnary(root, "sqrt") || !isRepeated(root, quotient)) return undefined;
  return binary("multiply", dividend, unary("rsqrt", root.inputs[0]));
}

/**
 * All of them: what tfjs differentiates of a batch normalisation, moments included, comes to its closed form (Ioffe and
 * Szegedy, arXiv 1502.03167, section 3), `g * f - c * slope - shift` with the centred `c` and small `f`, `slope` and `shift`,
 * however its formula was written.
 */
export const batchNormRules: readonly Rule[] = [smallFactorsTogether, factorsOutOfSum, sumOfCentred, divisionByRoot];

/** Whether a value has fewer places than what it is a part of, so that each is used several times; no mere number. */
function isRepeated({ shape }: Node, whole: Node): boolean {
  return shape.length > 0 && sizeOf(shape) < sizeOf(whole.shape);
}

/** What a product multiplies, products within it taken apart where they have its whole shape. */
function factorsOf(product: Node, shape: readonly number[]): Node[] {
  if (!isBinary(product, "multiply") || !sameShape(product.shape, shape)) return [product];
  return product.inputs.flatMap((factor) => factorsOf(factor, shape));
}

/** Whether values repeated to a shape are the same along axes. */
function isUniformAlong({ shape }: Node, whole: readonly number[], axes: readonly number[]): boolean {
  const missing = whole.length - shape.length;
  return axes.every((axis) => axis < missing || shape[axis - missing] === 1 && whole[axis] !== 1);
}

/** A factor as it stretches over the sum; undefined where its axes would have to be put elsewhere. */
function reducedShape(
  factor: Node,
  whole: readonly number[],
  { axes, keep }: { readonly axes: readonly number[]; readonly keep: boolean },
): Node | undefined {
  if (keep) return factor;
  const missing = whole.length - factor.shape.length;
  // Only where the axes that go are in front of all that the factor has.
  return axes.every((axis) => axis < missing) ? factor : undefined;
}
