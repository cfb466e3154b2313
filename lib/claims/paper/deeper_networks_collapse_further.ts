import { type Claim, type Judgement, shown } from "../claim.ts";
import { depthFamilies, type Family } from "../family.ts";
import { lastLayer } from "../run.ts";
import { figure1 } from "./settings.ts";

/** Collapse against the number of layers. */
export const deeperNetworksCollapseFurther: Claim = {
  name: "deeper-networks-collapse-further",
  statement: "Collapse of the last hidden layer generally strengthens with the number of layers.",
  source: "Abstract of version 4 of the paper; Figure 1, from panel to panel",
  settings: [figure1],
  threshold: "of the pairs of depths more than half have the lower CDNV in the last layer of the deeper network",
  reason: "“generally” is taken for a majority; a threshold on how much lower would be ours",
  unit: "share of pairs",
  needs: "networks of at least three depths that differ in nothing else",
  judge: (runs) => depthFamilies(runs).flatMap(judgeFamily),
};

function judgeFamily({ subject, seed, runs }: Family): Judgement[] {
  const ends = runs.map((run) => ({ depth: run.identity.depth, cdnv: lastLayer(run)?.train ?? null }));
  const values = ends.map(({ cdnv }) => cdnv).filter((cdnv) => cdnv !== null);
  if (values.length < 3 || values.length < ends.length) return [];
  const pairs = values.flatMap((shallow, index) => values.slice(index + 1).map((deep) => deep < shallow));
  const share = pairs.filter(Boolean).length / pairs.length;
  return [{
    subject,
    seed,
    verdict: share > 0.5 ? "holds" : share < 0.5 ? "fails" : "undecided",
    margin: share - 0.5,
    observed: ends.map(({ depth, cdnv }) => `${shown(cdnv!)} at depth ${depth}`).join(", "),
    evidence: { depths: ends.map(({ depth }) => depth), cdnv_last: values, share },
  }];
}
