import { binary, isBinary, type Node } from "../graph/node.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";

/**
 * Of images, `(a - b) - c` is `(a - c) - b` where `c` is repeated over them: a number a channel joins the factor that `a` was
 * multiplied by, and an engine can do both in one pass.
 */
export function smallTermsFirst(node: Node): Node | undefined {
  if (!isBinary(node, "subtract") || node.shape.length !== 4) return undefined;
  const [difference, small] = node.inputs;
  if (!isBinary(difference, "subtract") || sizeOf(small.shape) === sizeOf(node.shape)) return undefined;
  const [left, right] = difference.inputs;
  if (![left, right].every(({ shape }) => sameShape(shape, node.shape))) return undefined;
  return binary("subtract", binary("subtract", left, small), right);
}
