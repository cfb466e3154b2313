import { distance } from "fastest-levenshtein";

/**
 * The candidate that a misspelt name most likely means: the one at the least edit distance, if that is at most a third of
 * the longer name (two edits for four letters, since a transposition is two), and so never a wholly different word. Among
 * equals one with the same letters wins. Case is ignored in the comparison.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const length = Math.max(name.length, candidate.length);
    const allowed = length < 4 ? Math.min(1, length - 1) : Math.max(2, Math.floor(length / 3));
    const edits = distance(wanted, candidate.toLowerCase());
    const rank = letters(wanted) === letters(candidate.toLowerCase()) ? edits - 0.5 : edits;
    if (edits <= allowed && rank < least) [best, least] = [candidate, rank];
  }
  return best;
}

function letters(name: string): string {
  return [...name].sort().join("");
}

/** `Did you mean x?`, where there is a nearest name, then the names that were expected (the first 24). */
export function nameHints(name: string, candidates: readonly string[], shown = (close: string) => close): string[] {
  const close = nearest(name, candidates);
  const hints = close === undefined ? [] : [`Did you mean ${shown(close)}?`];
  const list = candidates.slice(0, 24).join(", ") + (candidates.length > 24 ? ", …" : "");
  if (candidates.length > 0) hints.push(`Expected ${candidates.length > 1 ? "one of " : ""}${list}`);
  return hints;
}
