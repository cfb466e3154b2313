import type { ClassMoments } from "./moments.ts";

/** Class means about their own mean; see {@linkcode centredMeans}. */
export interface CentredMeans {
  /** `[D]`: g, the mean of the class means. */
  readonly centre: Float64Array;
  /** `[C, D]`: mu_c - g; zeros where a class has no examples. */
  readonly means: Float64Array;
}

/**
 * The class means about their own mean, each class weighing the same however many examples it has (where classes are of one
 * size this is the mean of all examples, as in Papyan, Han and Donoho, PNAS 2020). Classes without examples are left out.
 */
export function centredMeans({ classes, size, counts, means }: ClassMoments): CentredMeans {
  const present = Array.from({ length: classes }, (_, label) => label).filter((label) => counts[label]! > 0);
  const centre = new Float64Array(size);
  for (const label of present) {
    for (let at = 0; at < size; at++) centre[at]! += means[label * size + at]!;
  }
  for (let at = 0; at < size; at++) centre[at]! /= Math.max(1, present.length);
  const centred = new Float64Array(classes * size);
  for (const label of present) {
    for (let at = 0; at < size; at++) centred[label * size + at] = means[label * size + at]! - centre[at]!;
  }
  return { centre, means: centred };
}
