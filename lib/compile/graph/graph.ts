import type { Node } from "./node.ts";

/** Where a result of one step goes: see the fields of the same names of `BodyOutputs`. */
export type OutputRole = "state" | "step" | "row";

/** A result of one step. */
export interface GraphOutput {
  /** Where it goes. */
  readonly role: OutputRole;
  /** By what name. */
  readonly name: string;
  /** What it is. */
  readonly node: Node;
}

/** States of a program that a graph carries as one vector, their values side by side. */
export interface Pack {
  /** The vector's name among inputs and outputs of the role `state`. */
  readonly name: string;
  /** The states, in the vector's order. */
  readonly members: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** One step of a program, for one size of batch. */
export interface Graph {
  /** The program's name, for messages. */
  readonly name: string;
  /** Examples of a step. */
  readonly batch: number;
  /** Every input, whether an output needs it or not, in the program's order. */
  readonly inputs: readonly Node[];
  /** Results: state, steps, rows, each in the program's order. */
  readonly outputs: readonly GraphOutput[];
  /** States that stand side by side in one; none if absent. */
  readonly packs?: readonly Pack[];
}

/**
 * All nodes that the outputs need, each after its inputs; independent of how the graph was made.
 *
 * @param sorted the inputs of a node in the order in which they come; as the node has them, if absent
 */
export function topologicalOrder(
  outputs: readonly Node[],
  sorted: (inputs: readonly Node[]) => readonly Node[] = (inputs) => inputs,
): Node[] {
  const order: Node[] = [];
  const entered = new Set<Node>();
  // An explicit stack, since a deep net's chain of nodes would overflow that of the language.
  const stack = outputs.toReversed().map((node) => ({ node, isDone: false }));
  while (stack.length > 0) {
    const { node, isDone } = stack.pop()!;
    if (isDone) order.push(node);
    if (isDone || entered.has(node)) continue;
    entered.add(node);
    stack.push({ node, isDone: true });
    for (const input of sorted(node.inputs).toReversed()) stack.push({ node: input, isDone: false });
  }
  return order;
}

/** Of nodes, each after its inputs, how many follow one another from an input up to it. */
export function depthsOf(nodes: readonly Node[]): Map<Node, number> {
  const depths = new Map<Node, number>();
  for (const node of nodes) {
    depths.set(node, 1 + node.inputs.reduce((most, input) => Math.max(most, depths.get(input)!), 0));
  }
  return depths;
}

/** Number of places where each node is used, as an input or as an output. */
export function countUses(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>();
  const roots = graph.outputs.map((output) => output.node);
  const used = [...roots, ...topologicalOrder(roots).flatMap((node) => node.inputs)];
  for (const node of used) uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
}
