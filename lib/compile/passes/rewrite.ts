import { type Graph, topologicalOrder } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";

/**
 * Gives a node of the same shape, type and values to take the place of one, or undefined where it has nothing to better. A
 * rule looks only at a node and what it is computed from.
 */
export type Rule = (node: Node) => Node | undefined;

/** Makes a graph that computes the same. */
export type Pass = (graph: Graph) => Graph;

/** Rules that undo each other would go on for ever; no node takes nearly as many turns. */
const mostTurns = 1000;

/** A pass that applies rules to every node, inputs first, until none of them has anything to better. */
export function rewriting(...rules: readonly Rule[]): Pass {
  return (graph) => {
    const done = new Map<Node, Node>();
    for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) rewrite(node, rules, done);
    return mapOutputs(graph, (node) => done.get(node) as Node);
  };
}

/** A graph with each output's node replaced. */
export function mapOutputs(graph: Graph, replace: (node: Node) => Node): Graph {
  return { ...graph, outputs: graph.outputs.map((output) => ({ ...output, node: replace(output.node) })) };
}

/** The node on other inputs; itself, where they are the same. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((input, index) => input === node.inputs[index]) ? node : { ...node, inputs };
}

function rewrite(node: Node, rules: readonly Rule[], done: Map<Node, Node>): Node {
  const known = done.get(node);
  if (known !== undefined) return known;
  let current = node;
  for (let turn = 0; turn < mostTurns; turn++) {
    // What a rule made may have new nodes below it, which have not had their turn.
    current = withInputs(current, current.inputs.map((input) => rewrite(input, rules, done)));
    const next = firstChange(current, rules);
    if (next === undefined) {
      done.set(node, current);
      done.set(current, current);
      return current;
    }
    current = next.source === undefined && node.source !== undefined && !done.has(next)
      ? { ...next, source: node.source }
      : next;
  }
  throw new Error(`Rules go round in circles at a node of kind "${node.operation.kind}"`);
}

function firstChange(node: Node, rules: readonly Rule[]): Node | undefined {
  for (const rule of rules) {
    const next = rule(node);
    if (next !== undefined) return next;
  }
  return undefined;
}
