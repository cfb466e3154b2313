import { type Claim, shown, verdictOf } from "../claim.ts";
import { lastLayer } from "../run.ts";
import { collapseFactor } from "../thresholds.ts";
import { figure2 } from "./settings.ts";

/** Collapse on the test set. */
export const collapseCarriesOver: Claim = {
  name: "collapse-carries-over",
  statement: "The collapse of the last hidden layer carries over to the test set, where it is weaker.",
  source: "Figure 2, rows 1 and 2",
  settings: [figure2],
  threshold:
    `the last layer's CDNV on the test set is at least that on the train set, and at most 1/${collapseFactor} ` +
    "of that before training",
  reason: "only the order is claimed of the two sets; the factor is what counts as equal everywhere in this study",
  unit: "decades",
  needs: "a network trained without label noise, with a snapshot before training",
  judge: (runs) =>
    runs.flatMap((run) => {
      const { train, test, untrainedTest: untrained } = lastLayer(run) ?? {};
      if (run.identity.labelNoise > 0 || !train || !test || !untrained) return [];
      const margin = Math.log10(Math.min(test / train, untrained / test / collapseFactor));
      return {
        subject: run.network,
        seed: run.identity.seed,
        verdict: verdictOf(margin),
        margin,
        observed: `${shown(train)} on the train set, ${shown(test)} on the test set, there ${
          shown(untrained)
        } before training`,
        evidence: { cdnv_train: train, cdnv_test: test, cdnv_test_untrained: untrained },
      };
    }),
};
