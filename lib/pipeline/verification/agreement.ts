import type { Tolerance } from "../file/exactness.ts";

/** How far two numbers are apart, by the measure of a tolerance that allows most. */
export interface Distance {
  /** Of the larger one's magnitude, in their own unit, or of their logarithms to base 10. */
  readonly measure: keyof Tolerance;
  /** The distance; infinite in decades where the signs differ, or one number is 0. */
  readonly value: number;
  /** What the tolerance allows. */
  readonly allowed: number;
}

/**
 * The distance of two numbers that are further apart than a tolerance allows, by the measure that they exceed least;
 * undefined where they agree.
 */
export function excess(one: number, other: number, tolerance: Tolerance): Distance | undefined {
  if (one === other) return undefined;
  const measured: Distance[] = [
    { measure: "relative", value: relativeDistance(one, other), allowed: tolerance.relative },
    { measure: "absolute", value: Math.abs(one - other), allowed: tolerance.absolute },
    { measure: "decades", value: decades(one, other), allowed: tolerance.decades },
  ];
  if (measured.some(({ value, allowed }) => value <= allowed)) return undefined;
  return measured.reduce((least, next) => share(next) < share(least) ? next : least);
}

/** How many times the distance is what is allowed: infinitely often where nothing is. */
export function share({ value, allowed }: Distance): number {
  return value / allowed;
}

function relativeDistance(one: number, other: number): number {
  return Math.abs(one - other) / Math.max(Math.abs(one), Math.abs(other));
}

function decades(one: number, other: number): number {
  return Math.sign(one) === Math.sign(other)
    ? Math.abs(Math.log10(Math.abs(one)) - Math.log10(Math.abs(other)))
    : Infinity;
}
