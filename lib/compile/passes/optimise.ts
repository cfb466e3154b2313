import type { Graph } from "../graph/graph.ts";
import { algebraRules } from "./algebra.ts";
import { batchNormRules } from "./batch_norm.ts";
import { broadcastRules } from "./broadcast.ts";
import { shareCommon } from "./common.ts";
import { crossEntropyRules } from "./cross_entropy.ts";
import { foldUniform } from "./fold.ts";
import { foldLiterals } from "./fold_literals.ts";
import { movementRules } from "./movement.ts";
import { transposeInProduct } from "./product.ts";
import { selectByStep, shareRectifier } from "./rectifier.ts";
import { type Pass, rewriting } from "./rewrite.ts";

/** In this order, again and again until nothing changes. Dead code needs no pass: a graph is what its outputs need. */
const passes: readonly Pass[] = [
  rewriting(
    foldUniform,
    foldLiterals,
    ...movementRules,
    ...algebraRules,
    ...broadcastRules,
    ...crossEntropyRules,
    ...batchNormRules,
    transposeInProduct,
  ),
  shareCommon,
  shareRectifier,
  rewriting(selectByStep),
];

/**
 * Rewrites a graph to one that computes the same with less work.
 *
 * @param engine passes that suit one engine; each is run once, after all others have done their work
 */
export function optimise(graph: Graph, engine: readonly Pass[] = []): Graph {
  return engine.reduce((current, pass) => settled(pass(current)), settled(graph));
}

function settled(graph: Graph): Graph {
  for (let current = graph;;) {
    const next = passes.reduce((before, pass) => pass(before), current);
    if (next.outputs.every(({ node }, index) => node === current.outputs[index]?.node)) return next;
    current = next;
  }
}
