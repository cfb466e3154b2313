import { depthText } from "../../figures/study/depth_verdict.ts";
import { type Claim, type Judgement, type Verdict } from "../claim.ts";
import { comparedDepths, comparedText } from "../compared_depths.ts";
import { depthFamilies, type Family, type MinimalDepth, minimalDepth, minimalDepthText } from "../family.ts";
import { interpolation } from "../../figures/study/summary.ts";
import type { Run } from "../run.ts";
import { figure1 } from "./settings.ts";

/** The effective depth against the least depth that fits. */
export const effectiveDepthMinimal: Claim = {
  name: "effective-depth-minimal",
  statement:
    "The effective depth of a deeper network is the least depth at which a network interpolates the train set.",
  source: "Abstract, as above; Figure 1: an effective depth of 4, which is the least depth that interpolates",
  settings: [figure1],
  threshold:
    `equal; undecided where they differ by one layer, or where depths were left out, so that the least which ` +
    `interpolates (train accuracy of at least ${interpolation}) is not known`,
  reason: "the paper names one number; one layer is what an effective depth differs by between seeds",
  unit: "layers",
  needs: "networks that differ in depth alone, of which one interpolates and one is deeper",
  judge: (runs) =>
    depthFamilies(runs).flatMap((family) => {
      const minimal = minimalDepth(family);
      if (minimal === undefined) return [];
      return family.runs.filter(({ identity }) => identity.depth > minimal.to).flatMap((run) =>
        (["cdnv", "ncc"] as const).flatMap((definition) => judgeRun(family, run, minimal, definition))
      );
    }),
};

function judgeRun({ seed }: Family, run: Run, minimal: MinimalDepth, definition: "cdnv" | "ncc"): Judgement[] {
  const depth = run.effectiveDepth[definition];
  if (depth === undefined) return [];
  const counted = depth ?? run.identity.depth + 1;
  const least = Math.max(0, minimal.from - counted, counted - minimal.to);
  const most = Math.max(counted - minimal.from, minimal.to - counted);
  return [{
    subject: `${run.network}, by ${definition.toUpperCase()}`,
    seed,
    verdict: verdictBetween(least, most),
    margin: 1 - least,
    observed: `effective depth ${depthText([depth])}${comparedText(run, definition)}, minimal depth ${
      minimalDepthText(minimal)
    }`,
    evidence: {
      effective_depth: depth,
      ...comparedDepths([run], definition),
      minimal_depth_from: minimal.from,
      minimal_depth_to: minimal.to,
      train_accuracy: run.trainAccuracy,
    },
  }];
}

/** Of the least and the most layers that effective and minimal depth may be apart. */
function verdictBetween(least: number, most: number): Verdict {
  if (least > 1) return "fails";
  return most === 0 ? "holds" : "undecided";
}
