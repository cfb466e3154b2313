import { type Claim, type Judgement, shown, verdictOf } from "../claim.ts";
import { depthFamilies, type Family } from "../family.ts";
import { collapseFactor } from "../thresholds.ts";
import { figure1 } from "./settings.ts";

/** Neural collapse below the last hidden layer. */
export const intermediateLayersCollapse: Claim = {
  name: "intermediate-layers-collapse",
  statement: "Collapse is not the last layer's alone: in a deep network layers below it collapse as far as it does.",
  source: "Abstract; Figure 1, depths 8 and 16, from the fifth layer on",
  settings: [figure1],
  threshold:
    `in the deepest network the layer below the last has at most ${collapseFactor} times the last one's CDNV, ` +
    `and at most 1/${collapseFactor} of its own before training`,
  reason: "the factor of the effective depth; the second condition since an untrained network has layers that lie " +
    "together too",
  unit: "decades",
  needs: "networks of at least two depths that differ in nothing else, with a snapshot before training",
  judge: (runs) => depthFamilies(runs).flatMap(judgeFamily),
};

function judgeFamily({ subject, seed, runs }: Family): Judgement[] {
  const deepest = runs.at(-1)!;
  const [below, last] = deepest.layers.slice(-2);
  if (!below?.train || !last?.train || !below.untrained) return [];
  const asFar = collapseFactor * last.train / below.train;
  const fallen = below.untrained / below.train / collapseFactor;
  const margin = Math.log10(Math.min(asFar, fallen));
  return [{
    subject,
    seed,
    verdict: verdictOf(margin),
    margin,
    observed: `depth ${deepest.identity.depth}: ${shown(below.train)} in layer ${below.layer} ` +
      `(${shown(below.untrained)} before training), ${shown(last.train)} in the last`,
    evidence: {
      depth: deepest.identity.depth,
      cdnv_below: below.train,
      cdnv_below_untrained: below.untrained,
      cdnv_last: last.train,
      effective_depth_cdnv: deepest.effectiveDepth.cdnv ?? null,
    },
  }];
}
