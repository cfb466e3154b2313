import { type Markup, markup } from "../figures/markup.ts";
import { shown } from "./claim.ts";
import { differenceText } from "./difference.ts";
import type { ClaimVerdict } from "./document.ts";

/** A sign beside the word, never instead of it: it is not read aloud, and colour plays no part. */
export const signs: Readonly<Record<ClaimVerdict["verdict"], string>> = {
  "holds": "✓",
  "undecided": "~",
  "fails": "✗",
  "not applicable": "–",
};

/** A verdict with its sign. */
export function verdictText(verdict: ClaimVerdict["verdict"]): Markup {
  return markup`<span class="verdict"><span aria-hidden="true">${signs[verdict]}</span> ${verdict}</span>`;
}

/** A verdict stands beside what the study differs in from the paper, since either may be the reason of the other. */
export function differsText(differs: ClaimVerdict["differs"]): Markup | null {
  return differs.length === 0
    ? null
    : markup`<p>What differs from the paper: ${differs.map(differenceText).join("; ")}.</p>`;
}

/** A margin in the claim's unit; a dash where the claim is not applicable. */
export function marginText(margin: number | null, unit: string): string {
  return margin === null ? "–" : `${signed(margin)} ${unit}`;
}

/** A number with a minus sign that is as wide as a plus. */
export function signed(value: number): string {
  return value < 0 ? `−${shown(-value)}` : shown(value);
}
