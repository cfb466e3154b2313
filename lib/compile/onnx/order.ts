import { depthsOf, type Graph, topologicalOrder } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";

/**
 * The order in which ONNX Runtime computes the nodes of a loop's body, whatever order the file has them in: from the results
 * that nothing else needs, the last in the file first, down to what they need, of that too the last in the file first
 * (`Graph::ReverseDFSFrom`). So in a training step the filter's gradient of the last layer is computed as soon as the layer's
 * own gradient is there, then that of the layer before.
 */
export function executionOrder(graph: Graph): Node[] {
  const roots = graph.outputs.map((output) => output.node);
  const written = writtenOrder(roots);
  const places = new Map(written.map((node, place) => [node, place]));
  const needed = new Set(written.flatMap((node) => node.inputs));
  const lastFirst = (nodes: readonly Node[]) => nodes.toSorted((a, b) => places.get(b)! - places.get(a)!);
  const order: Node[] = [];
  const entered = new Set<Node>();
  const stack = lastFirst(roots.filter((root) => !needed.has(root))).reverse().map((node) => ({ node, isDone: false }));
  while (stack.length > 0) {
    const { node, isDone } = stack.pop()!;
    if (isDone) order.push(node);
    else if (!entered.has(node)) {
      entered.add(node);
      stack.push(
        { node, isDone: true },
        ...lastFirst(node.inputs).reverse().map((input) => ({ node: input, isDone: false })),
      );
    }
  }
  return order;
}

/** The order in which nodes are written: as an emitter does it by a plan's `reads`, but for sums that write a product too. */
function writtenOrder(roots: readonly Node[]): Node[] {
  const depths = depthsOf(topologicalOrder(roots));
  const order: Node[] = [];
  const entered = new Set<Node>();
  const stack = roots.toReversed().map((node) => ({ node, isDone: false }));
  while (stack.length > 0) {
    const { node, isDone } = stack.pop()!;
    if (isDone) order.push(node);
    else if (!entered.has(node)) {
      entered.add(node);
      const deepestFirst = node.inputs.toSorted((a, b) => depths.get(b)! - depths.get(a)!);
      stack.push({ node, isDone: true }, ...deepestFirst.map((input) => ({ node: input, isDone: false })));
    }
  }
  return order;
}
