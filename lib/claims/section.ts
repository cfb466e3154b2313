import { type Markup, markup } from "../figures/markup.ts";
import { shown } from "./claim.ts";
import type { ClaimsDocument, ClaimVerdict, SubjectVerdict } from "./document.ts";
import { differsText, marginText, signed, verdictText } from "./verdict_text.ts";

/** The claims in a report: a table of the verdicts, and below what each was judged by. */
export function claimsSection({ claims, profile }: ClaimsDocument): Markup {
  const judged = claims.filter(({ verdict }) => verdict !== "not applicable");
  const count = (verdict: ClaimVerdict["verdict"]) => claims.filter((claim) => claim.verdict === verdict).length;
  return markup`<p>What the paper claims, held against the tables of this study. Of
${claims.length} claims ${count("holds")} hold here, ${count("fails")} fail, ${count("undecided")} are undecided, and
${count("not applicable")} are not applicable, for the study has not what they are about. A margin is the distance from
the threshold, negative where a claim fails; the weakest case stands for the claim.${
    profile === null ? null : ` Profile: ${profile}.`
  }</p>
<div class="scroll" role="region" tabindex="0" aria-label="Claims"><table class="claims">
<thead><tr><th scope="col">Claim</th><th scope="col">Verdict</th><th scope="col">Margin</th><th scope="col">Found</th></tr></thead>
<tbody>
${claims.map(claimRow)}</tbody>
</table></div>
${judged.map(claimDetails)}`;
}

function claimRow({ statement, verdict, margin, unit, observed, differs }: ClaimVerdict): Markup {
  return markup`<tr><th scope="row">${statement}</th><td>${verdictText(verdict)}</td><td>${
    marginText(margin, unit)
  }</td><td>${observed}${verdict === "fails" || verdict === "undecided" ? differsText(differs) : null}</td></tr>
`;
}

function claimDetails({ name, statement, source, threshold, reason, unit, differs, subjects }: ClaimVerdict): Markup {
  return markup`<details id="claim-${name}">
<summary>${statement}</summary>
<p>Source: ${source}. Threshold: ${threshold}; ${reason}.</p>${differsText(differs)}
<div class="scroll" role="region" tabindex="0" aria-label="Judged by: ${statement}"><table class="claims">
<thead><tr><th scope="col">Of</th><th scope="col">Seed</th><th scope="col">Verdict</th><th scope="col">Margin (${unit})</th><th scope="col">Found</th><th scope="col">Over seeds</th></tr></thead>
<tbody>
${subjects.map(subjectRows)}</tbody>
</table></div>
</details>
`;
}

function subjectRows(subject: SubjectVerdict): Markup[] {
  const rows = String(subject.seeds.length);
  return subject.seeds.map(({ seed, verdict, margin, observed }, index) =>
    markup`<tr>${
      index === 0 ? markup`<th scope="rowgroup" rowspan="${rows}">${subject.subject}</th>` : null
    }<td>${seed}</td><td>${verdictText(verdict)}</td><td>${signed(margin)}</td><td>${observed}</td>${
      index === 0 ? markup`<td rowspan="${rows}">${seedsText(subject)}</td>` : null
    }</tr>
`
  );
}

function seedsText({ verdict, holds, undecided, fails, sign_test }: SubjectVerdict): Markup {
  const seeds = holds + undecided + fails;
  return markup`${verdictText(verdict)}: in ${holds} of ${seeds} (sign test p = ${shown(sign_test)})`;
}
