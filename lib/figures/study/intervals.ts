import { studentQuantile } from "./student.ts";

/** The probability with which intervals hold the true mean, were values normal. */
export const confidence = 0.95;

/** A mean over seeds and how well it is known. */
export interface Interval {
  /** The mean. */
  readonly estimate: number;
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
}

/**
 * Student's interval of a mean: mean ± t s / sqrt(n), with s the standard deviation of the sample and t of n - 1 degrees of
 * freedom.
 *
 * @returns `null` where a value is missing, since a mean over the rest would look better than it is, or of less than two
 */
export function meanInterval(values: readonly (number | null)[]): Interval | null {
  const known = values.filter((value) => value !== null);
  const count = values.length;
  if (count < 2 || known.length < count) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const reach = studentQuantile(confidence, count - 1) * Math.sqrt(variance / count);
  return { estimate: mean, low: mean - reach, high: mean + reach };
}

/** Student's interval on log10, as powers of ten again: the geometric mean; `null` where a value is missing or not positive. */
export function geometricInterval(values: readonly (number | null)[]): Interval | null {
  const found = meanInterval(values.map((value) => value !== null && value > 0 ? Math.log10(value) : null));
  return found && { estimate: 10 ** found.estimate, low: 10 ** found.low, high: 10 ** found.high };
}

/** The interval of the mean difference of pairs, the same seed in both: what seeds have in common cancels. */
export function differenceInterval(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
): Interval | null {
  return meanInterval(first.map((value, index) => paired(value, second[index]!, (a, b) => a - b)));
}

/** The interval of the geometric mean of the ratios of pairs, first over second; `null` as in {@linkcode geometricInterval}. */
export function ratioInterval(first: readonly (number | null)[], second: readonly (number | null)[]): Interval | null {
  const positive = (value: number | null) => value !== null && value > 0 ? value : null;
  return geometricInterval(
    first.map((value, index) => paired(positive(value), positive(second[index]!), (a, b) => a / b)),
  );
}

function paired(
  first: number | null,
  second: number | null,
  combine: (a: number, b: number) => number,
): number | null {
  return first === null || second === null ? null : combine(first, second);
}
