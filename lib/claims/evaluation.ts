import { isShuffled } from "../figures/study/controls.ts";
import { groupBy } from "../figures/study/seeds.ts";
import type { Study } from "../figures/study/study.ts";
import type { Claim, Judgement } from "./claim.ts";
import { differencesFromPaper } from "./difference.ts";
import type { ClaimsDocument, ClaimVerdict, SubjectVerdict } from "./document.ts";
import { paperClaims } from "./paper/claims.ts";
import { type Run, runsOf } from "./run.ts";
import { signTest } from "./sign_test.ts";

/**
 * Holds a study against the claims of the paper. A network whose labels were all replaced has learned none of its data set: it
 * is there for comparison, and no claim is about it.
 *
 * @param profile which of the readings of the paper the study follows, as "as written"
 */
export function evaluateClaims(study: Study, profile?: string): ClaimsDocument {
  const runs = runsOf(study).filter(({ identity }) => !isShuffled(identity));
  const claims = paperClaims.map((claim) => evaluate(claim, runs));
  return { schema: 1, paper: "arXiv 2202.09028", profile: profile ?? null, claims };
}

/**
 * A claim over all its subjects: it holds where it does for each, fails where it does for any (the paper makes no exception),
 * and is undecided else.
 */
export function evaluate(claim: Claim, runs: readonly Run[]): ClaimVerdict {
  const { name, statement, source, threshold, reason, unit, needs } = claim;
  const judgements = claim.judge(runs);
  const subjects = groupBy(judgements, ({ subject }) => subject).map(overSeeds);
  const weakest = judgements.toSorted((a, b) => a.margin - b.margin)[0];
  const shared = { name, statement, source, threshold, reason, unit };
  if (weakest === undefined) {
    return { ...shared, verdict: "not applicable", margin: null, observed: `It needs ${needs}`, differs: [], subjects };
  }
  return {
    ...shared,
    verdict: common(subjects.map(({ verdict }) => verdict)),
    margin: weakest.margin,
    observed: `${weakest.subject}: ${weakest.observed}`,
    differs: differencesFromPaper(claim.settings, runs),
    subjects,
  };
}

/** A subject over its seeds: it holds or fails where it does in all of them, and is undecided else. */
function overSeeds(judgements: readonly Judgement[]): SubjectVerdict {
  const count = (verdict: Judgement["verdict"]) =>
    judgements.filter((judgement) => judgement.verdict === verdict).length;
  const [holds, undecided, fails] = [count("holds"), count("undecided"), count("fails")];
  return {
    subject: judgements[0]!.subject,
    verdict: holds === judgements.length ? "holds" : fails === judgements.length ? "fails" : "undecided",
    holds,
    undecided,
    fails,
    sign_test: signTest(holds, holds + fails),
    seeds: judgements.map(({ subject: _, ...judgement }) => judgement),
  };
}

function common(verdicts: readonly Judgement["verdict"][]): Judgement["verdict"] {
  if (verdicts.includes("fails")) return "fails";
  return verdicts.includes("undecided") ? "undecided" : "holds";
}
