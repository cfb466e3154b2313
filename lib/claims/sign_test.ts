/**
 * The one-sided sign test: how probable it is that at least this many of `trials` come out one way if either way is as
 * likely, `sum over k >= hits of binomial(trials, k) / 2^trials`. It takes nothing for granted of how the values are
 * distributed, which suits depths, that are whole numbers, as well as CDNV. Undefined ones, that come out neither way, are
 * left out beforehand (Dixon and Mood 1946).
 *
 * @returns 1 where there are no trials
 */
export function signTest(hits: number, trials: number): number {
  let probability = 0;
  let term = 0.5 ** trials;
  for (let k = 0; k <= trials; k++) {
    if (k >= hits) probability += term;
    term *= (trials - k) / (k + 1);
  }
  return Math.min(1, probability);
}
