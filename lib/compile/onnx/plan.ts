import { countUses, depthsOf, type Graph, topologicalOrder } from "../graph/graph.ts";
import { isBinary, type Node } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { type ChannelScaling, channelScaling } from "./channel_scaling.ts";
import type { FusedProduct, Plan } from "./emitter.ts";

/**
 * Reads off a graph what its nodes' lowerings need to know of the others.
 *
 * @param hidesShapes whether ONNX Runtime is not to see the shapes of a step's values before it runs
 */
export function planOf(graph: Graph, { hidesShapes = false }: Partial<Pick<Plan, "hidesShapes">> = {}): Plan {
  const nodes = topologicalOrder(graph.outputs.map((output) => output.node));
  const uses = countUses(graph);
  const fused = new Map<Node, FusedProduct>();
  const scalings = new Map<Node, ChannelScaling>();
  const varying = new Set<Node>();
  for (const node of nodes) {
    const product = fusedProduct(node, uses);
    if (product !== undefined) fused.set(node, product);
    const scaling = channelScaling(node, uses);
    if (scaling !== undefined) scalings.set(node, scaling);
    if (variesByItself(node) || node.inputs.some((input) => varying.has(input))) varying.add(node);
  }
  const reads = readsOf(nodes, fused, scalings);
  return { fused, scalings, reads, invariant: (node) => !varying.has(node) && !isScalar(node), hidesShapes };
}

/** Of each node what its lowering reads: the deeper comes later, so that it is computed before what takes little. */
function readsOf(
  nodes: readonly Node[],
  fused: ReadonlyMap<Node, FusedProduct>,
  scalings: ReadonlyMap<Node, ChannelScaling>,
): (node: Node) => readonly Node[] {
  const depths = depthsOf(nodes);
  return (node) => {
    const [sum, scaling] = [fused.get(node), scalings.get(node)];
    const read = sum !== undefined
      ? [...sum.product.inputs, sum.addend]
      : scaling !== undefined
      ? [scaling.images, scaling.offset, ...(scaling.factor === undefined ? [] : [scaling.factor])]
      : node.inputs;
    return read.filter((input) => !isScalar(input)).toSorted((a, b) => depths.get(a)! - depths.get(b)!);
  };
}

/** A product used by one sum alone becomes one `Gemm` with it. */
function fusedProduct(node: Node, uses: ReadonlyMap<Node, number>): FusedProduct | undefined {
  if (!isBinary(node, "add") || node.shape.length !== 2 || !isFloating(node)) return undefined;
  const [left, right] = node.inputs;
  for (const [product, addend] of [[left, right], [right, left]] as const) {
    const isWhole = product.shape.every((extent, axis) => extent === node.shape[axis]) && product.shape.length === 2;
    if (isProduct(product) && isWhole && uses.get(product) === 1) return { product, addend };
  }
  return undefined;
}

function isFloating({ dtype }: Node): boolean {
  return dtype === "float32" || dtype === "float64";
}

function isProduct(node: Node): node is Node<OperationOf<"matMul">> {
  return node.operation.kind === "matMul";
}

function variesByItself({ operation }: Node): boolean {
  return operation.kind === "input" && operation.role !== "constant";
}

/** Numbers are written where they are used, since ONNX Runtime's own rewriting looks for them there. */
function isScalar(node: Node): boolean {
  return node.operation.kind === "fill" && node.shape.length === 0;
}
