import { type Markup, markup } from "../../figures/markup.ts";
import { differsText, marginText, verdictText } from "../verdict_text.ts";
import { type ComparedClaim, comparedClaims } from "./compared_claims.ts";
import type { NamedClaims } from "./named_claims.ts";

/** What each verdict of several studies rests on: a claim after the other, a row a study. */
export function verdictDetails(studies: readonly NamedClaims[]): Markup {
  return markup`${comparedClaims(studies).map(claimTable)}`;
}

function claimTable({ name, statement, verdicts }: ComparedClaim): Markup {
  return markup`<details id="claim-${name}">
<summary>${statement}</summary>
<div class="scroll" role="region" tabindex="0" aria-label="${statement}"><table class="claims">
<thead><tr><th scope="col">Study</th><th scope="col">Verdict</th><th scope="col">Margin</th><th scope="col">Found</th></tr></thead>
<tbody>
${
    verdicts.map(({ study, verdict: { verdict, margin, unit, observed, differs } }) =>
      markup`<tr><th scope="row">${study}</th><td>${verdictText(verdict)}</td><td>${
        marginText(margin, unit)
      }</td><td>${observed}${differsText(differs)}</td></tr>\n`
    )
  }</tbody>
</table></div>
</details>
`;
}
