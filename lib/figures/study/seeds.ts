/** What several seeds say of one number: the middle, and the range as a band. */
export interface Spread {
  /** The mean. */
  readonly value: number | null;
  /** The least. */
  readonly low: number | null;
  /** The greatest. */
  readonly high: number | null;
}

/**
 * The geometric mean and the range of positive numbers, as fits a log axis.
 *
 * Zero and below have no place on a log axis and are taken as not measured. Where one seed has no value there is none
 * for all, since a mean over the rest would look better than it is.
 */
export function geometricSpread(values: readonly (number | null)[]): Spread {
  const logs = values.map((value) => value !== null && value > 0 ? Math.log(value) : null);
  return spread(values, logs, Math.exp);
}

/** The arithmetic mean and the range, as fits an accuracy; null as in {@linkcode geometricSpread}. */
export function arithmeticSpread(values: readonly (number | null)[]): Spread {
  return spread(values, values, (mean) => mean);
}

function spread(
  values: readonly (number | null)[],
  scaled: readonly (number | null)[],
  back: (mean: number) => number,
): Spread {
  const known = scaled.filter((value) => value !== null);
  if (known.length === 0 || known.length < scaled.length) return { value: null, low: null, high: null };
  const numbers = values.filter((value) => value !== null);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  // One seed keeps its own bits: exp(log(x)) may differ from x in the last one.
  const mean = low === high ? low : back(known.reduce((sum, value) => sum + value, 0) / known.length);
  return { value: mean, low, high };
}

/** Gathers rows that share a key, in their order of appearance. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** A number with six significant digits: what a figure's own data carries; the tables keep every digit. */
export function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(6));
}
