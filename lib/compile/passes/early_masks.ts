import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { isView, livenessOf, placeOf } from "../graph/liveness.ts";
import { isBinary, isUnary, type Node, node, uniformValue } from "../graph/node.ts";
import { mapOutputs, withInputs } from "./rewrite.ts";

/**
 * Where a rectifier's gradient asks late for the places above zero and nothing else needs the rectifier's values any more, keeps
 * these places instead, a byte each: what reads the values reads them by way of a view that is made after the places are known.
 *
 * @param order the order in which an engine computes a graph's nodes
 */
export function earlyMasks(graph: Graph, order: (graph: Graph) => Node[]): Graph {
  const liveness = livenessOf(graph, order(graph));
  const at = liveness.live.indexOf(liveness.peak);
  const places = new Map(liveness.order.map((node, place) => [node, place]));
  const late = new Map<Node, Node[]>();
  for (const reader of liveness.order.slice(at)) {
    if (isView(reader)) continue;
    for (const input of reader.inputs) late.set(placeOf(input), [...late.get(placeOf(input)) ?? [], reader]);
  }
  const masks = new Map<Node, Node>();
  for (const [value, readers] of late) {
    const [mask] = readers;
    if (readers.length === 1 && places.get(value)! < at && isMask(mask!, value)) masks.set(value, mask!);
  }

  const done = new Map<Node, Node>();
  const replaced = (node: Node): Node => done.get(node)!;
  const views = new Map<Node, Node>();
  for (const current of topologicalOrder(graph.outputs.map((output) => output.node))) {
    // A mask is there already, since what it is of.
    if (done.has(current)) continue;
    done.set(current, withInputs(current, current.inputs.map((input) => views.get(input) ?? replaced(input))));
    const mask = masks.get(current);
    if (mask === undefined) continue;
    const value = replaced(current);
    done.set(mask, withInputs(mask, [value, mask.inputs[1]!]));
    views.set(current, node({ kind: "reshape", shape: value.shape }, [value, replaced(mask)]));
  }
  return mapOutputs(graph, (root) => views.get(root) ?? replaced(root));
}

/** Whether a node says where a rectifier's values are above zero. */
function isMask(node: Node, value: Node): boolean {
  return isUnary(value, "relu") && isBinary(node, "greater") && node.inputs[0] === value &&
    uniformValue(node.inputs[1]) === 0;
}
