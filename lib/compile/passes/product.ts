import { type Node, node } from "../graph/node.ts";

/** A matrix product reads a transposed matrix as it lies. */
export function transposeInProduct({ operation, inputs }: Node): Node | undefined {
  if (operation.kind !== "matMul") return undefined;
  const [left, right] = inputs as [Node, Node];
  const [leftSource, rightSource] = [transposedMatrix(left), transposedMatrix(right)];
  if (leftSource === undefined && rightSource === undefined) return undefined;
  return node({
    kind: "matMul",
    transposeLeft: operation.transposeLeft !== (leftSource !== undefined),
    transposeRight: operation.transposeRight !== (rightSource !== undefined),
  }, [leftSource ?? left, rightSource ?? right]);
}

/** What a node transposes by exchanging the last two axes. */
function transposedMatrix({ operation, inputs }: Node): Node | undefined {
  if (operation.kind !== "transpose") return undefined;
  const { permutation } = operation;
  const rank = permutation.length;
  const isExchange = rank >= 2 && permutation[rank - 1] === rank - 2 && permutation[rank - 2] === rank - 1 &&
    permutation.slice(0, -2).every((axis, index) => axis === index);
  return isExchange ? inputs[0] : undefined;
}
