/** The median, of an even number of values the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [before, after] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((before ?? NaN) + (after ?? NaN)) / 2;
}

/** The median of the rounds' own ratios: what slows a whole round cancels out. */
export function medianRatio(ours: readonly number[], others: readonly number[]): number {
  return median(ours.map((time, round) => time / others[round]!));
}
