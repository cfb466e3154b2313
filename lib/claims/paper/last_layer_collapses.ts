import { type Claim, shown, verdictOf } from "../claim.ts";
import { lastLayer } from "../run.ts";
import { collapseFactor } from "../thresholds.ts";
import { figure1, figure2 } from "./settings.ts";

/** Neural collapse of the last hidden layer. */
export const lastLayerCollapses: Claim = {
  name: "last-layer-collapses",
  statement:
    "Training gathers the classes in the last hidden layer: its CDNV on the train set falls, also where labels " +
    "are noise.",
  source: "Abstract; Figure 1, and row 1 of Figure 2",
  settings: [figure1, figure2],
  threshold: `after training at most 1/${collapseFactor} of the CDNV before it`,
  reason: "less than this factor counts as equal everywhere in this study; the figures show far more",
  unit: "decades",
  needs: "a snapshot before training and one after it",
  judge: (runs) =>
    runs.flatMap((run) => {
      const { train, untrained } = lastLayer(run) ?? {};
      if (!train || !untrained) return [];
      const margin = Math.log10(untrained / train / collapseFactor);
      return {
        subject: run.network,
        seed: run.identity.seed,
        verdict: verdictOf(margin),
        margin,
        observed: `from ${shown(untrained)} to ${shown(train)}`,
        evidence: { cdnv_untrained: untrained, cdnv: train },
      };
    }),
};
