import { depthText } from "../../figures/study/depth_verdict.ts";
import { type Claim, type Judgement, shown, type Verdict } from "../claim.ts";
import { comparedDepths } from "../compared_depths.ts";
import { type Family, noiseFamilies } from "../family.ts";
import { noisyLabels } from "./settings.ts";

/** The effective depth against the share of random labels. */
export const effectiveDepthGrowsWithNoise: Claim = {
  name: "effective-depth-grows-with-noise",
  statement: "The effective depth of a network generally increases with the share of random labels it is trained on.",
  source: "Abstracts of later versions of the paper, from version 4 on",
  settings: [noisyLabels],
  threshold: "greater at the largest share than at the least; undecided where it falls in between",
  reason:
    "the effective depth is a whole number, so that greater is by a layer at least; the abstracts say “generally” " +
    "and “monotonically”",
  unit: "layers",
  needs: "networks that differ in the share of label noise alone",
  judge: (runs) =>
    noiseFamilies(runs).flatMap((family) =>
      (["cdnv", "ncc"] as const).flatMap((definition) => judgeFamily(family, definition))
    ),
};

function judgeFamily({ subject, seed, runs }: Family, definition: "cdnv" | "ncc"): Judgement[] {
  const effective = runs.map((run) => run.effectiveDepth[definition]).filter((depth) => depth !== undefined);
  if (effective.length < runs.length) return [];
  // Where not even the last layer meets the definition, it would take at least one more.
  const counted = runs.map((run, index) => effective[index] ?? run.identity.depth + 1);
  const growth = counted.at(-1)! - counted[0]!;
  const falls = counted.some((depth, index) => index > 0 && depth < counted[index - 1]!);
  const verdict: Verdict = growth < 1 ? "fails" : falls ? "undecided" : "holds";
  const shares = runs.map(({ identity }) => identity.labelNoise);
  return [{
    subject: `${subject}, by ${definition.toUpperCase()}`,
    seed,
    verdict,
    margin: growth - 1,
    observed: shares.map((share, index) => `${depthText([effective[index]])} at ${shown(100 * share)} %`).join(", "),
    evidence: {
      label_noise: shares,
      effective_depths: effective,
      ...comparedDepths(runs, definition),
      train_accuracies: runs.map(({ trainAccuracy }) => trainAccuracy),
    },
  }];
}
