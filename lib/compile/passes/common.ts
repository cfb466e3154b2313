import { type Graph, topologicalOrder } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import { mapOutputs, withInputs } from "./rewrite.ts";

/** Common subexpressions: nodes that do the same to the same inputs become one. */
export function shareCommon(graph: Graph): Graph {
  const numbers = new Map<Node, number>();
  const byKey = new Map<string, Node>();
  const shared = new Map<Node, Node>();
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) {
    const own = withInputs(node, node.inputs.map((input) => shared.get(input) as Node));
    const key = keyOf(own, numbers);
    const first = key === undefined ? own : byKey.get(key) ?? own;
    if (key !== undefined) byKey.set(key, first);
    if (!numbers.has(first)) numbers.set(first, numbers.size);
    shared.set(node, first);
  }
  return mapOutputs(graph, (node) => shared.get(node) as Node);
}

/** Text that is the same for nodes that compute the same; undefined for those that are only equal to themselves. */
function keyOf(node: Node, numbers: ReadonlyMap<Node, number>): string | undefined {
  const { operation } = node;
  if (operation.kind === "input") return undefined;
  // JSON has no word for these numbers, and would make one out of all.
  const exact = (_: string, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? `number ${1 / value} ${value}`
      : value;
  const text = operation.kind === "literal"
    ? JSON.stringify({ ...operation, values: [...operation.values] }, exact)
    : JSON.stringify(operation, exact);
  const inputs = node.inputs.map((input) => numbers.get(input) as number);
  return `${text} ${isCommutative(operation) ? inputs.toSorted((a, b) => a - b) : inputs}`;
}

/** Whether the order of the inputs is no matter, to the last bit. */
function isCommutative(operation: Node["operation"]): boolean {
  return operation.kind === "binary" && (operation.function === "add" || operation.function === "multiply");
}
