import type { Tolerance } from "../file/pipeline.ts";

/** The distance of two numbers by the larger one's magnitude: 0 for equal ones, 2 at most. */
export function relativeDistance(one: number, other: number): number {
  return one === other ? 0 : Math.abs(one - other) / Math.max(Math.abs(one), Math.abs(other));
}

/** Whether two numbers are equal within a tolerance. */
export function agree(one: number, other: number, { relative, absolute }: Tolerance): boolean {
  return relativeDistance(one, other) <= relative || Math.abs(one - other) <= absolute;
}
