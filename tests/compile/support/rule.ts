import assert from "node:assert/strict";
import { topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import type { Node } from "../../../lib/compile/graph/node.ts";
import { rewriting, type Rule } from "../../../lib/compile/passes/rewrite.ts";
import { graphOf, linesOf } from "./graph.ts";

/** What rules make of a node: the lines of its graph without those of the inputs, the node's own last. */
export function rewritten(node: Node, ...rules: readonly Rule[]): string[] {
  const graph = rewriting(...rules)(graphOf(node));
  const [result] = graph.outputs;
  assert.deepEqual(result!.node.shape, node.shape, "a rule changed the shape");
  assert.equal(result!.node.dtype, node.dtype, "a rule changed the type");
  const inputs = topologicalOrder([result!.node, ...graph.inputs]).filter(({ operation }) =>
    operation.kind === "input"
  );
  return linesOf(graph).slice(inputs.length);
}

/** The text of a node's graph as {@linkcode rewritten} gives it, for a node that a rule should leave alone. */
export function unchanged(node: Node): string[] {
  return rewritten(node);
}
