import type { ClaimVerdict } from "../document.ts";
import type { NamedClaims } from "./named_claims.ts";

/** A claim over several studies. */
export interface ComparedClaim {
  /** As `effective-depth-constant`. */
  readonly name: string;
  /** What is claimed. */
  readonly statement: string;
  /** A study that was held against it, and its verdict. */
  readonly verdicts: readonly { readonly study: string; readonly verdict: ClaimVerdict }[];
}

/** The claims that any study was held against, in the order of the first that was. */
export function comparedClaims(studies: readonly NamedClaims[]): ComparedClaim[] {
  const all = studies.flatMap(({ name, document }) => document.claims.map((verdict) => ({ study: name, verdict })));
  const byName = Map.groupBy(all, ({ verdict }) => verdict.name);
  return [...byName].map(([name, verdicts]) => ({ name, statement: verdicts[0]!.verdict.statement, verdicts }));
}

/** A claim's name in words, as "Effective depth constant". */
export function claimTitle(name: string): string {
  const words = name.replaceAll("-", " ").replace(/\bncc\b/, "NCC");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
