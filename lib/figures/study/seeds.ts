import { geometricInterval, type Interval, meanInterval } from "./intervals.ts";

/**
 * The number of seeds from which on bands are Student's intervals. Of two, t is 12.7: an interval nine times as wide as the
 * seeds lie apart hides all curves and says no more than that two are too few.
 */
export const intervalSeeds = 3;

/** What several seeds say of one number: the mean, and how well it is known. */
export interface Spread {
  /** The mean; null where a seed has no value, or on a logarithm where one is zero. */
  readonly value: number | null;
  /**
   * The lower end of Student's interval of the mean, or the least of fewer than {@linkcode intervalSeeds}; null where there is no
   * mean, or one seed alone.
   */
  readonly low: number | null;
  /** The upper end, or the greatest. */
  readonly high: number | null;
  /** Whether every seed has a value and that of one at least is exactly zero, which a logarithm cannot take. */
  readonly zero: boolean;
}

/**
 * The geometric mean of positive numbers and Student's interval on log10 (of two their range), as fits a log axis.
 *
 * Zero has no place on a log axis and is told apart from a value that is missing. Where one seed has no value there is none
 * for all, since a mean over the rest would look better than it is.
 */
export function geometricSpread(values: readonly (number | null)[]): Spread {
  return spread(values, (value) => value > 0 ? Math.log(value) : null, Math.exp, geometricInterval(values));
}

/**
 * The arithmetic mean and Student's interval (of two their range), null as in {@linkcode geometricSpread}.
 *
 * @param range within which values must lie, as 0 and 1 for accuracies; the interval is cut off at its ends
 */
export function arithmeticSpread(
  values: readonly (number | null)[],
  [least, greatest]: readonly [number, number],
): Spread {
  const interval = meanInterval(values);
  const cut = interval &&
    { ...interval, low: Math.max(least, interval.low), high: Math.min(greatest, interval.high) };
  return spread(values, (value) => value, (mean) => mean, cut);
}

function spread(
  values: readonly (number | null)[],
  scaled: (value: number) => number | null,
  back: (mean: number) => number,
  interval: Interval | null,
): Spread {
  const numbers = values.filter((value) => value !== null);
  const range = () => ({ low: Math.min(...numbers), high: Math.max(...numbers) });
  const { low, high } = interval === null || values.length >= intervalSeeds
    ? interval ?? { low: null, high: null }
    : range();
  const known = numbers.map(scaled).filter((value) => value !== null);
  const zero = numbers.length === values.length && numbers.includes(0);
  if (known.length === 0 || known.length < values.length) return { value: null, low: null, high: null, zero };
  // Equal values keep their own bits: exp(log(x)) may differ from x in the last one.
  const mean = numbers.every((value) => value === numbers[0])
    ? numbers[0]!
    : back(known.reduce((sum, value) => sum + value, 0) / known.length);
  return { value: mean, low, high, zero };
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
