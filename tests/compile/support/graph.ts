import { type Graph, topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import { type Node, node } from "../../../lib/compile/graph/node.ts";
import type { Dtype } from "../../../lib/compile/graph/operation.ts";
import { graphText } from "../../../lib/compile/graph/text.ts";

/** An input of a graph. */
export function input(name: string, shape: readonly number[], dtype: Dtype = "float32"): Node {
  return node({ kind: "input", role: "constant", name, shape, dtype });
}

/** A graph of one output a node given, its inputs those that the outputs need. */
export function graphOf(...outputs: readonly Node[]): Graph {
  return {
    name: "test",
    batch: 1,
    inputs: topologicalOrder(outputs).filter(({ operation }) => operation.kind === "input"),
    outputs: outputs.map((node, index) => ({ role: "step", name: `${index}`, node })),
  };
}

/** The lines of a graph's text without the first. */
export function linesOf(graph: Graph): string[] {
  return graphText(graph).trimEnd().split("\n").slice(1).map((line) => line.trim());
}
