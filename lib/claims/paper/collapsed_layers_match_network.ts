import { type Claim, type Judgement, shown, verdictOf } from "../claim.ts";
import type { Run } from "../run.ts";
import { accuracyMargin } from "../thresholds.ts";
import { figure2 } from "./settings.ts";

/** Linear probes on collapsed layers. */
export const collapsedLayersMatchNetwork: Claim = {
  name: "collapsed-layers-match-network",
  statement: "A linear classifier on a collapsed layer does as well on the test set as the whole network.",
  source: "Figure 2, row 3",
  settings: [figure2],
  threshold: `the probe by SGD on each layer above the effective depth by CDNV reaches the network's test accuracy ` +
    `- ${accuracyMargin}`,
  reason:
    "the margin of the effective depth by NCC; between seeds such a probe differs by 0.005 (docs/verification.md)",
  unit: "share of images",
  needs: "probes after the last measured epoch",
  judge: (runs) => runs.flatMap(judgeRun),
};

function judgeRun(run: Run): Judgement[] {
  const { testAccuracy } = run;
  const depth = run.effectiveDepth.cdnv;
  if (depth === undefined || depth === null || testAccuracy === null) return [];
  const probed = run.layers.slice(depth).flatMap(({ layer, probe }) => probe === null ? [] : [{ layer, probe }]);
  const worst = probed.toSorted((a, b) => a.probe - b.probe)[0];
  if (worst === undefined || probed.length < run.layers.length - depth) return [];
  const margin = worst.probe - (testAccuracy - accuracyMargin);
  return [{
    subject: run.network,
    seed: run.identity.seed,
    verdict: verdictOf(margin),
    margin,
    observed: `at least ${shown(worst.probe)}, in layer ${worst.layer}, against the network's ${shown(testAccuracy)}`,
    evidence: { from_layer: depth + 1, probes: probed.map(({ probe }) => probe), test_accuracy: testAccuracy },
  }];
}
