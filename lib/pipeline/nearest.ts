import { distance } from "fastest-levenshtein";

/**
 * The candidate that a misspelt name most likely means: the one at the least edit distance, if that is at most a third of
 * the longer name (two edits for four letters, since a transposition is two), and so never a wholly different word. Case is
 * ignored in the comparison.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const length = Math.max(name.length, candidate.length);
    const allowed = length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits <= allowed && edits < least) [best, least] = [candidate, edits];
  }
  return best;
}
