import { type Graph, topologicalOrder } from "./graph.ts";

/** How often each operation stands in a graph, by its name as {@linkcode graphText} has it; inputs and numbers are left out. */
export function countKinds(graph: Graph): Map<string, number> {
  const nodes = topologicalOrder(graph.outputs.map((output) => output.node));
  return counted(nodes.flatMap(({ operation }) => {
    if (operation.kind === "input" || operation.kind === "fill") return [];
    return [operation.kind === "unary" || operation.kind === "binary" ? operation.function : operation.kind];
  }));
}

/** How often each name occurs, the most frequent first, else in alphabetical order. */
export function counted(names: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)));
}
