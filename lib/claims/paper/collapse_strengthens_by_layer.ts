import { type Claim, type Judgement, shown, verdictOf } from "../claim.ts";
import type { Run } from "../run.ts";
import { figure1 } from "./settings.ts";

/** Collapse against the layer. */
export const collapseStrengthensByLayer: Claim = {
  name: "collapse-strengthens-by-layer",
  statement: "Below the collapsed layers each layer is more collapsed than the one before it.",
  source: "Figure 1: the curves lie in the order of the layers until they lie together",
  settings: [figure1],
  threshold: "up to the first collapsed layer CDNV falls from each layer to the next",
  reason: "only the order is claimed; among collapsed layers, which lie within a factor of two, it is not",
  unit: "decades",
  needs: "a network with a layer that is not collapsed",
  judge: (runs) => runs.flatMap(judgeRun),
};

function judgeRun(run: Run): Judgement[] {
  const depth = run.effectiveDepth.cdnv;
  if (!depth) return [];
  const values = run.layers.slice(0, depth + 1).map(({ train }) => train).filter((value) => value !== null);
  if (values.length < depth + 1) return [];
  const falls = values.slice(1).map((value, index) => Math.log10(values[index]! / value));
  const margin = Math.min(...falls);
  const at = falls.indexOf(margin) + 1;
  return [{
    subject: run.network,
    seed: run.identity.seed,
    verdict: verdictOf(margin),
    margin,
    observed: `least from layer ${at} to ${at + 1}: ${shown(values[at - 1]!)} to ${shown(values[at]!)}`,
    evidence: { cdnv: values, effective_depth_cdnv: depth },
  }];
}
