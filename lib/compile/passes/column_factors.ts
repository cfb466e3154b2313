import { countUses, type Graph, topologicalOrder } from "../graph/graph.ts";
import { binary, isBinary, type Node, node } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { mapOutputs, withInputs } from "./rewrite.ts";

/**
 * `(x W) * a`, a number a column, is `x (W * a)`: where neither W nor `a` changes from step to step, as in a network with batch
 * norm that is evaluated, the factor is computed once and the step multiplies nothing but the matrices. So with a convolution of
 * images `x` by filters W and a number a channel.
 */
export function columnFactors(graph: Graph): Graph {
  const uses = countUses(graph);
  const varying = new Set<Node>();
  const done = new Map<Node, Node>();
  const of = (input: Node) => done.get(input)!;
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) {
    if (changes(node) || node.inputs.some((input) => varying.has(input))) varying.add(node);
    const scaled = scaledProduct(node, (input) => !varying.has(input), uses);
    done.set(node, scaled === undefined ? withInputs(node, node.inputs.map(of)) : productOf(scaled, of));
  }
  return mapOutputs(graph, of);
}

interface ScaledProduct {
  readonly product: Node<OperationOf<"matMul" | "convolution">>;
  readonly factor: Node;
}

function scaledProduct(
  node: Node,
  isSame: (input: Node) => boolean,
  uses: ReadonlyMap<Node, number>,
): ScaledProduct | undefined {
  if (!isBinary(node, "multiply") || node.dtype !== "float32") return undefined;
  const [left, right] = node.inputs;
  for (const [product, factor] of [[left, right], [right, left]] as const) {
    if (!isMatrixProduct(product) && !isConvolution(product)) continue;
    const columns = product.shape.at(-1);
    const isPerColumn = factor.shape.at(-1) === columns && sizeOf(factor.shape) === columns;
    if (isPerColumn && uses.get(product) === 1 && isSame(product.inputs[1]!) && isSame(factor)) {
      return { product, factor };
    }
  }
  return undefined;
}

function productOf({ product, factor }: ScaledProduct, of: (input: Node) => Node): Node {
  const [left, right] = product.inputs as [Node, Node];
  return node(product.operation, [of(left), binary("multiply", of(right), of(factor))], product.source);
}

function changes({ operation }: Node): boolean {
  return operation.kind === "input" && operation.role !== "constant";
}

function isMatrixProduct(node: Node): node is Node<OperationOf<"matMul">> {
  return node.operation.kind === "matMul" && !node.operation.transposeRight && node.shape.length === 2;
}

function isConvolution(node: Node): node is Node<OperationOf<"convolution">> {
  return node.operation.kind === "convolution" && !node.operation.channelsFirst;
}
