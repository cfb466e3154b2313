import { type Claim, type Judgement, shown, verdictOf } from "../claim.ts";
import type { Run } from "../run.ts";
import { accuracyMargin } from "../thresholds.ts";
import { figure1 } from "./settings.ts";

/** The nearest class centre on collapsed layers. */
export const collapsedLayersNccSeparable: Claim = {
  name: "collapsed-layers-ncc-separable",
  statement: "Layers that have collapsed are separable by the nearest class centre: on the train set it errs no more " +
    "often than the network.",
  source: "Definition 2, of the effective depth, and the abstract of the last version",
  settings: [figure1],
  threshold: `in each layer above the effective depth by CDNV the train error of the nearest class centre is at most ` +
    `the network's train error + ${accuracyMargin}`,
  reason: "the margin of the effective depth by NCC, fixed before any full run",
  unit: "share of images",
  needs: "networks with tables of effective depth",
  judge: (runs) => runs.flatMap(judgeRun),
};

function judgeRun(run: Run): Judgement[] {
  const depth = run.effectiveDepth.cdnv;
  if (depth === undefined || depth === null) return [];
  const layers = run.layers.slice(depth).flatMap(({ layer, ncc }) => ncc === null ? [] : [{ layer, ...ncc }]);
  if (layers.length < run.layers.length - depth) return [];
  const worst = layers.toSorted((a, b) => (a.allowed - a.error) - (b.allowed - b.error))[0];
  if (worst === undefined) return [];
  const margin = worst.allowed - worst.error;
  return [{
    subject: run.network,
    seed: run.identity.seed,
    verdict: verdictOf(margin),
    margin,
    observed: `at most ${shown(worst.error)}, in layer ${worst.layer}, of ${shown(worst.allowed)} allowed`,
    evidence: { from_layer: depth + 1, errors: layers.map(({ error }) => error), allowed: worst.allowed },
  }];
}
