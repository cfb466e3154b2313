import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { binary, fill, isBinary, isUnary, type Node, node, unary } from "../graph/node.ts";
import { sameShape } from "../graph/shape.ts";
import { mapOutputs, withInputs } from "./rewrite.ts";

/**
 * Where a rectifier's gradient asks for the sign of its input, it is given the rectifier's output, which has the same
 * positive places: the input is then used by the rectifier alone, and an engine can fuse it with what came before.
 */
export function shareRectifier(graph: Graph): Graph {
  const nodes = topologicalOrder(graph.outputs.map((output) => output.node));
  const rectified = new Map(
    nodes.filter((node) => isUnary(node, "relu")).map((node) => [node.inputs[0] as Node, node]),
  );
  const done = new Map<Node, Node>();
  const replaced = (node: Node): Node => done.get(node) as Node;
  for (const node of nodes) {
    const relu = isUnary(node, "step") ? rectified.get(node.inputs[0]) : undefined;
    // The rectifier may come later in the order, but all it needs came before.
    if (relu !== undefined && !done.has(relu)) done.set(relu, withInputs(relu, relu.inputs.map(replaced)));
    if (done.has(node)) continue;
    done.set(node, relu === undefined ? withInputs(node, node.inputs.map(replaced)) : unary("step", replaced(relu)));
  }
  return mapOutputs(graph, replaced);
}

/** `x * step(y)` chooses between `x` and 0. */
export function selectByStep(product: Node): Node | undefined {
  if (!isBinary(product, "multiply") || product.dtype !== "float32") return undefined;
  const [left, right] = product.inputs;
  for (const [value, step] of [[left, right], [right, left]] as const) {
    if (!isUnary(step, "step") || !sameShape(value.shape, product.shape) || !sameShape(step.shape, product.shape)) {
      continue;
    }
    return node({ kind: "select" }, [binary("greater", step.inputs[0], fill(0)), value, fill(0)]);
  }
  return undefined;
}
