import { type Graph, topologicalOrder } from "./graph.ts";
import type { Node } from "./node.ts";
import { sizeOf } from "./shape.ts";

/** What it costs to lay out a value of a convolution's window, in multiplications: narrow convolutions are slow by it. */
const layingOut = 32;

/**
 * Roughly how many multiplications of float32 a step's matrix products and convolutions take the time of. All else is left out:
 * it is for telling a network that costs more than its features' memory from one that does not.
 */
export function workOf(graph: Graph): number {
  const nodes = topologicalOrder(graph.outputs.map((output) => output.node));
  return nodes.reduce((sum, node) => sum + workOfNode(node), 0);
}

/** The same of a node. */
export function workOfNode({ operation, inputs, shape }: Node): number {
  switch (operation.kind) {
    case "matMul":
      return sizeOf(shape) * inputs[0]!.shape.at(operation.transposeLeft ? -2 : -1)!;
    case "convolution": {
      const { height, width } = operation.window;
      const channels = inputs[1]!.shape.at(-2)!;
      return sizeOf(shape) * height * width * (channels + layingOut);
    }
    default:
      return 0;
  }
}
