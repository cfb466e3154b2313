import type { Graph } from "../graph/graph.ts";

/** Rewrites a graph to one that computes the same with less work. */
export function optimise(graph: Graph): Graph {
  return graph;
}
