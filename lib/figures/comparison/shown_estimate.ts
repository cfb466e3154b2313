import { rounded } from "../study/seeds.ts";
import type { Estimate } from "./ended_network.ts";

/** An estimate as a figure's data holds it. */
export interface ShownEstimate {
  /** The mean over seeds. */
  readonly estimate: number | null;
  /** The lower end of the bar: that of the interval, or the axis' where the interval reaches beyond. */
  readonly low: number | null;
  /** The upper end of the bar. */
  readonly high: number | null;
  /** Where the bar is cut off. */
  readonly cut: "no" | "low" | "high" | "both";
  /** For the tooltip, as "0.021 [0.019, 0.024]". */
  readonly text: string;
}

/** Cuts an interval off at the ends of an axis: of two seeds it may be so wide that all else would be pressed together. */
export function shownEstimate(
  { estimate, low, high }: Estimate,
  [floor, ceiling]: readonly [number, number],
): ShownEstimate {
  const [cutLow, cutHigh] = [low !== null && low < floor, high !== null && high > ceiling];
  return {
    estimate: rounded(estimate),
    low: cutLow ? floor : rounded(low),
    high: cutHigh ? ceiling : rounded(high),
    cut: cutLow && cutHigh ? "both" : cutLow ? "low" : cutHigh ? "high" : "no",
    text: estimateText({ estimate, low, high }),
  };
}

/** "0.021 [0.019, 0.024]", "0.021" of one seed, or a dash. */
export function estimateText(
  { estimate, low, high }: Estimate,
  shown: (value: number) => string = threeDigits,
): string {
  if (estimate === null) return "–";
  return low === null || high === null ? shown(estimate) : `${shown(estimate)} [${shown(low)}, ${shown(high)}]`;
}

/** A number in three significant digits, with a minus sign. */
export function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** How much room an axis has beside the values, for intervals. */
export interface Room {
  /** Its lower end at the least, by the least value. */
  readonly below: (least: number) => number;
  /** Its upper end at most, by the greatest value. */
  readonly above: (greatest: number) => number;
}

/** The ends of an axis that holds every value, and intervals as far as there is room beside them. */
export function roomFor(
  values: readonly number[],
  estimates: readonly Estimate[],
  { below, above }: Room,
): readonly [number, number] {
  if (values.length === 0) return [below(1), above(1)];
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const lows = estimates.map(({ low }) => low).filter((low) => low !== null);
  const highs = estimates.map(({ high }) => high).filter((high) => high !== null);
  return [
    Math.max(below(least), Math.min(least, ...lows)),
    Math.min(above(greatest), Math.max(greatest, ...highs)),
  ];
}
