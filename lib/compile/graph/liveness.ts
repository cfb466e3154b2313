import { type Graph, topologicalOrder } from "./graph.ts";
import type { Node } from "./node.ts";
import type { Dtype } from "./operation.ts";
import { sizeOf } from "./shape.ts";

/** When the values of a graph come and go, where it is computed in its order. */
export interface Liveness {
  /** The nodes, each after its inputs. */
  readonly order: readonly Node[];
  /**
   * Of each node, the index in the order of the last one that reads its values, itself or by way of a view; the length of the
   * order where that is an output.
   */
  readonly lastUse: ReadonlyMap<Node, number>;
  /** Bytes that are live while each node of the order is computed, its inputs and its own included. */
  readonly live: readonly number[];
  /** The most of them. */
  readonly peak: number;
}

/** Bytes of a value. */
const valueBytes: Readonly<Record<Dtype, number>> = { float64: 8, float32: 4, int32: 4, uint8: 1, bool: 1 };

/** Bytes that a node's values take where they have a place of their own. */
export function bytesOf({ shape, dtype }: Pick<Node, "shape" | "dtype">): number {
  return sizeOf(shape) * valueBytes[dtype];
}

/** Whether a node is its input's values as they lie, so that it takes no place of its own. */
export function isView({ operation }: Node): boolean {
  return operation.kind === "reshape";
}

/** The node whose place a node's values have: its own, unless it is a view. */
export function placeOf(node: Node): Node {
  let place = node;
  while (isView(place)) place = place.inputs[0] as Node;
  return place;
}

/**
 * Tells for a graph in its order of computation which values are live when. A value takes a place from when it is computed to
 * its last use. What comes from outside the step (`example` apart, which is a batch taken out of its set), and numbers and
 * values known when tracing, are no part of it: they are there before and after. An engine that computes a value in the place
 * of an input that ends there needs less.
 */
export function livenessOf(graph: Graph, order: readonly Node[] = orderOf(graph)): Liveness {
  const roots = graph.outputs.map((output) => output.node);
  const lastUse = new Map<Node, number>();
  order.forEach((node, index) => {
    lastUse.set(node, index);
    for (const input of node.inputs) lastUse.set(input, index);
  });
  for (const root of roots) lastUse.set(root, order.length);
  // A view comes after what it shows, so backwards each has its last use before it hands it on.
  for (const node of order.toReversed()) {
    if (!isView(node)) continue;
    const shown = node.inputs[0] as Node;
    lastUse.set(shown, Math.max(lastUse.get(shown)!, lastUse.get(node)!));
  }
  const change = new Array<number>(order.length + 1).fill(0);
  order.forEach((node, index) => {
    if (isView(node) || isOutside(node)) return;
    change[index]! += bytesOf(node);
    const end = lastUse.get(node)! + 1;
    if (end <= order.length) change[end]! -= bytesOf(node);
  });
  let bytes = 0;
  const live = order.map((_, index) => bytes += change[index]!);
  return { order, lastUse, live, peak: live.reduce((most, bytes) => Math.max(most, bytes), 0) };
}

/** Whether a value is there before the step and after it. */
function isOutside({ operation }: Node): boolean {
  return operation.kind === "fill" || operation.kind === "literal" ||
    (operation.kind === "input" && operation.role !== "example");
}

function orderOf(graph: Graph): Node[] {
  return topologicalOrder(graph.outputs.map((output) => output.node));
}
