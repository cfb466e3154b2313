/**
 * Holds a study against the claims of the paper.
 *
 * Deps: lists of the tables of all networks (CSV). Out: a verdict on each claim with what it was judged by (JSON,
 * docs/claims.md).
 * @module
 */
import { z } from "zod";
import { claimsText } from "../lib/claims/document.ts";
import { evaluateClaims } from "../lib/claims/evaluation.ts";
import { readStudy } from "../lib/figures/study/study.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

/** A verdict on each claim of the paper. */
export default stage({
  parameters: z.strictObject({
    profile: z.string().optional().meta({
      description: "Which reading of the paper the study follows, as `as written`; stands with the verdicts",
    }),
  }),
  deps: [],
  lists: ["history", "cdnv", "depth", "probe"],
  outs: ["claims"],

  async run({ with: { profile }, deps, outs }) {
    const { study } = await readStudy(deps);
    await Deno.writeTextFile(outs.claims, claimsText(evaluateClaims(study, profile)));
  },
});
