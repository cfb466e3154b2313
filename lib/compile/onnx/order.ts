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
  return topologicalOrder(lastFirst(roots.filter((root) => !needed.has(root))), lastFirst);
}

/** The order in which nodes are written: as an emitter does it by a plan's `reads`, but for sums that write a product too. */
function writtenOrder(roots: readonly Node[]): Node[] {
  const depths = depthsOf(topologicalOrder(roots));
  return topologicalOrder(roots, (inputs) => inputs.toSorted((a, b) => depths.get(a)! - depths.get(b)!));
}
