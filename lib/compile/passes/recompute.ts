import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { bytesOf, isView, type Liveness, livenessOf, placeOf } from "../graph/liveness.ts";
import type { Node } from "../graph/node.ts";
import { workOf, workOfNode } from "../graph/work.ts";
import { mapOutputs, withInputs } from "./rewrite.ts";

/** How far computing again may go. */
export interface RecomputeOptions {
  /** The order in which an engine computes a graph's nodes. */
  readonly order: (graph: Graph) => Node[];
  /** The share of a step's work that may be done again, at most. */
  readonly share: number;
}

/** Parts of the peak below which a value is not worth the trouble. */
const smallestPart = 0.005;
/** Values that are computed again, at most. */
const mostValues = 100;

/**
 * Computes values anew where they are needed late, instead of keeping them in memory over the peak: those that products with
 * tables known when tracing made of what is there anyway, as Winograd's transforms are. The values with the most bytes for the
 * work come first. Not to be followed by passes that look for common subexpressions; tables are copied, so that an engine's
 * own do not find any.
 */
export function recompute(graph: Graph, { order, share }: RecomputeOptions): Graph {
  let current = graph;
  let liveness = livenessOf(current, order(current));
  let work = share * workOf(graph);
  const rejected = new Set<Node>();
  for (let count = 0; count < mostValues;) {
    const best = candidatesOf(liveness, work).find(({ value }) => !rejected.has(value));
    if (best === undefined) break;
    const next = repeated(current, liveness, best);
    const after = livenessOf(next, order(next));
    rejected.add(best.value);
    if (after.peak > liveness.peak) continue;
    [current, liveness] = [next, after];
    work -= best.work;
    count++;
  }
  return current;
}

/** A value that could be computed again. */
interface Candidate {
  readonly value: Node;
  /** Itself and what is computed again for it. */
  readonly again: ReadonlySet<Node>;
  /** Multiplications. */
  readonly work: number;
}

/** Values that are kept over the peak and could be computed again, those first that save most for their work. */
function candidatesOf(liveness: Liveness, most: number): Candidate[] {
  const { order, live, peak, lastUse } = liveness;
  const at = live.indexOf(peak);
  const uses = usesOf(order);
  const found = order.slice(0, at).flatMap((value): Candidate[] => {
    if (isView(value) || isThere(value) || lastUse.get(value)! <= at || bytesOf(value) < smallestPart * peak) return [];
    const next = uses.get(value)!.find((use) => use >= at);
    if (next === undefined || next === at || uses.get(value)!.every((use) => use > at)) return [];
    const again = new Set<Node>();
    if (!isRepeatable(value, next, liveness, again)) return [];
    const work = [...again].reduce((sum, node) => sum + workOfNode(node), 0);
    return work <= most ? [{ value, again, work }] : [];
  });
  return found.toSorted((a, b) => bytesOf(b.value) / b.work - bytesOf(a.value) / a.work);
}

/** Where in the order the values of each node's place are read. */
function usesOf(order: readonly Node[]): Map<Node, number[]> {
  const uses = new Map<Node, number[]>(order.map((node) => [node, []]));
  order.forEach((node, index) => {
    if (!isView(node)) { for (const input of new Set(node.inputs.map(placeOf))) uses.get(input)?.push(index); }
  });
  return uses;
}

/** Whether a node can be computed at a place of the order from what is there; what has to be for it is added to a set. */
function isRepeatable(node: Node, at: number, { lastUse, order }: Liveness, again: Set<Node>): boolean {
  if (isThere(node)) return true;
  // Its own last use says nothing: it is to be given up.
  if (again.size > 0 && (lastUse.get(node) ?? order.length) >= at) return true;
  const isByTable = node.operation.kind === "matMul" &&
    node.inputs.some(({ operation }) => operation.kind === "literal");
  if (!isByTable && !isView(node)) return false;
  again.add(node);
  return node.inputs.every((input) => isRepeatable(input, at, { lastUse, order } as Liveness, again));
}

/** Whether a value is there during a whole step. */
function isThere({ operation }: Node): boolean {
  return operation.kind === "literal" || operation.kind === "fill" ||
    (operation.kind === "input" && operation.role !== "example");
}

/** The graph in which what reads a value after the peak reads one that is computed again. */
function repeated(graph: Graph, { order, live, peak }: Liveness, { value, again }: Candidate): Graph {
  const at = live.indexOf(peak);
  const places = new Map(order.map((node, place) => [node, place]));
  const kept = new Map<Node, Node>();
  const copies = new Map<Node, Node>();
  /** A copy of a node, if it is the value or shows it. */
  const copyOf = (node: Node): Node | undefined => {
    if (placeOf(node) !== value) return undefined;
    return copied(node);
  };
  const copied = (node: Node): Node => {
    const known = copies.get(node);
    if (known !== undefined) return known;
    const isCopied = again.has(node) || placeOf(node) === value;
    const made = node.operation.kind === "literal"
      ? { ...node }
      : isCopied
      ? { ...node, inputs: node.inputs.map(copied) }
      : kept.get(node)!;
    copies.set(node, made);
    return made;
  };
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) {
    const isLate = !isView(node) && places.get(node)! > at;
    kept.set(
      node,
      withInputs(node, node.inputs.map((input) => (isLate ? copyOf(input) : undefined) ?? kept.get(input)!)),
    );
  }
  return mapOutputs(graph, (node) => kept.get(node)!);
}
