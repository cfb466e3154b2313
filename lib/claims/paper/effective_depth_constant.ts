import { depthText } from "../../figures/study/depth_verdict.ts";
import { type Claim, type Judgement, verdictOf } from "../claim.ts";
import { comparedDepths, comparedText } from "../compared_depths.ts";
import { depthFamilies, type Family, minimalDepth, minimalDepthText } from "../family.ts";
import { figure1 } from "./settings.ts";

/** How many layers the effective depths of one family may differ by. */
const spread = 1;

/** The effective depth against the depth. */
export const effectiveDepthConstant: Claim = {
  name: "effective-depth-constant",
  statement: "Beyond a minimal depth, deeper networks have about the same effective depth.",
  source: "Abstract: gradient descent favours networks of minimal depth; Figure 1, depths 8 and 16",
  settings: [figure1],
  threshold: `over the networks deeper than the least that interpolates it differs by at most ${spread} layer`,
  reason: "by as much it differs between seeds of one network (docs/verification.md)",
  unit: "layers",
  needs: "networks that differ in depth alone, of which one interpolates and at least two are deeper",
  judge: (runs) =>
    depthFamilies(runs).flatMap((family) =>
      (["cdnv", "ncc"] as const).flatMap((definition) => judgeFamily(family, definition))
    ),
};

function judgeFamily(family: Family, definition: "cdnv" | "ncc"): Judgement[] {
  const minimal = minimalDepth(family);
  if (minimal === undefined) return [];
  const deeper = family.runs.filter(({ identity }) => identity.depth > minimal.to);
  const effective = deeper.map((run) => run.effectiveDepth[definition]).filter((depth) => depth !== undefined);
  if (deeper.length < 2 || effective.length < deeper.length) return [];
  // Where not even the last layer meets the definition, it would take at least one more.
  const counted = deeper.map((run, index) => effective[index] ?? run.identity.depth + 1);
  const margin = spread - (Math.max(...counted) - Math.min(...counted));
  const depths = deeper.map(({ identity }) => identity.depth);
  return [{
    subject: `${family.subject}, by ${definition.toUpperCase()}`,
    seed: family.seed,
    verdict: verdictOf(margin),
    margin,
    observed: `minimal depth ${minimalDepthText(minimal)}; ` +
      deeper.map((run, index) =>
        `${depthText([effective[index]])} at depth ${run.identity.depth}${comparedText(run, definition)}`
      ).join(", "),
    evidence: {
      minimal_depth_from: minimal.from,
      minimal_depth_to: minimal.to,
      depths,
      effective_depths: effective,
      ...comparedDepths(deeper, definition),
      train_accuracies: deeper.map(({ trainAccuracy }) => trainAccuracy),
    },
  }];
}
