import { binary, isBinary, type Node } from "../graph/node.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";

/**
 * Of images, `(a - b) - c` is `(a - c) - b` where `c` is repeated over them, and so with sums: a number a channel joins the
 * factor that `a` was multiplied by, and an engine can do both in one pass.
 */
export function smallTermsFirst(node: Node): Node | undefined {
  if (!isBinary(node, "subtract") && !isBinary(node, "add") || node.shape.length !== 4) return undefined;
  const name = node.operation.function;
  const [inner, small] = node.inputs as [Node, Node];
  if (!isBinary(inner, name) || sizeOf(small.shape) === sizeOf(node.shape)) return undefined;
  const [left, right] = inner.inputs;
  if (![left, right].every(({ shape }) => sameShape(shape, node.shape))) return undefined;
  return binary(name, binary(name, left, small), right);
}
