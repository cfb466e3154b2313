import { classStatistics, forEachPair } from "./class_statistics.ts";
import type { ClassMoments, Features, Labels } from "./moments.ts";

/** How the nearest class centre classifies examples. */
export interface NccCounts {
  /** `[C]`: examples of each class that lie nearest to their own class's mean. */
  readonly correct: Int32Array;
  /** Examples whose nearest class is the one that the network says. */
  readonly agree: number;
}

/** Class centres that the inner loop visits together: enough independent sums to keep the processor busy. */
const group = 5;

/**
 * Classifies by the nearest class centre, argmin_c |f(x) - mu_c|; the lowest class wins a tie, a class without examples
 * never.
 *
 * With g the mean of the centres and w_c = mu_c - g, the nearest centre is the one with the largest
 * (f(x) - g) . w_c - |w_c|^2 / 2. Centring first keeps the digits that features far from zero would lose, and costs one
 * product a class and feature where |f(x) - mu_c|^2 costs a difference besides.
 *
 * An example that is nearer to a centre than half the way to any other has found its own: the caller's guess is tried first,
 * which is most of the work saved once features have collapsed, and changes no result.
 *
 * @param centres the train set's moments
 * @returns the nearest class of each example, of features `[examples, D]` and a guess for each
 */
export function nearestCentre(
  centres: ClassMoments,
): (features: Features, guesses: Uint16Array) => Uint16Array {
  const { classes, size, counts, means } = centres;
  const territories = territoriesOf(centres);
  const centre = new Float64Array(size);
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  for (let at = 0; at < size; at++) {
    let sum = 0;
    for (let label = 0; label < classes; label++) sum += counts[label]! > 0 ? means[label * size + at]! : 0;
    centre[at] = sum / present;
  }
  const padded = Math.ceil(classes / group) * group;
  const directions = new Float64Array(padded * size);
  const halves = new Float64Array(padded).fill(Infinity);
  for (let label = 0; label < classes; label++) {
    if (counts[label] === 0) continue;
    let norm = 0;
    for (let at = 0; at < size; at++) {
      const direction = means[label * size + at]! - centre[at]!;
      directions[label * size + at] = direction;
      norm += direction * direction;
    }
    halves[label] = norm / 2;
  }
  return (features, guesses) => {
    const nearest = new Uint16Array(features.length / size);
    for (let row = 0; row < nearest.length; row++) {
      const [offset, guess] = [row * size, guesses[row]!];
      let distance = 0;
      for (let at = 0; at < size; at++) distance += (features[offset + at]! - means[guess * size + at]!) ** 2;
      nearest[row] = distance < territories[guess]! ? guess : nearestOf(features, offset, centre, directions, halves);
    }
    return nearest;
  };
}

/**
 * Counts where the nearest class centre agrees with the label and with the network.
 *
 * @param nearest the nearest class of each example
 * @param predictions the class with the network's largest logit
 */
export function countNcc(nearest: Uint16Array, labels: Labels, predictions: Uint16Array, classes: number): NccCounts {
  const correct = new Int32Array(classes);
  let agree = 0;
  for (let row = 0; row < nearest.length; row++) {
    if (nearest[row] === labels[row]) correct[labels[row]!]!++;
    if (nearest[row] === predictions[row]) agree++;
  }
  return { correct, agree };
}

/**
 * The index of the largest of each row's `classes` logits; the lowest wins a tie.
 *
 * @throws {Error} where a logit is not finite
 */
export function predictedClasses(logits: Float32Array, classes: number): Uint16Array {
  const predictions = new Uint16Array(logits.length / classes);
  for (let row = 0; row < predictions.length; row++) {
    let best = 0;
    for (let label = 0; label < classes; label++) {
      if (!Number.isFinite(logits[row * classes + label]!)) {
        throw new Error(`The logit of class ${label} is not finite; the network has diverged`);
      }
      if (logits[row * classes + label]! > logits[row * classes + best]!) best = label;
    }
    predictions[row] = best;
  }
  return predictions;
}

/** Of each class, the squared distance from its centre within which no other is nearer, rounding allowed for. */
function territoriesOf(centres: ClassMoments): Float64Array {
  const { counts, distances } = classStatistics(centres);
  const closest = Float64Array.from(counts, (count) => count > 0 ? Infinity : 0);
  forEachPair(centres.classes, (i, j, pair) => {
    if (counts[i] === 0 || counts[j] === 0) return;
    closest[i] = Math.min(closest[i]!, distances[pair]!);
    closest[j] = Math.min(closest[j]!, distances[pair]!);
  });
  return closest.map((distance) => distance / 4 * (1 - 1e-6));
}

function nearestOf(
  features: Features,
  offset: number,
  centre: Float64Array,
  directions: Float64Array,
  halves: Float64Array,
): number {
  const size = centre.length;
  let best = 0;
  let bestScore = -Infinity;
  for (let label = 0; label < halves.length; label += group) {
    const [o0, o1, o2, o3, o4] = [
      label * size,
      (label + 1) * size,
      (label + 2) * size,
      (label + 3) * size,
      (label + 4) * size,
    ];
    let [s0, s1, s2, s3, s4] = [
      -halves[label]!,
      -halves[label + 1]!,
      -halves[label + 2]!,
      -halves[label + 3]!,
      -halves[label + 4]!,
    ];
    for (let at = 0; at < size; at++) {
      const value = features[offset + at]! - centre[at]!;
      s0 += value * directions[o0 + at]!;
      s1 += value * directions[o1 + at]!;
      s2 += value * directions[o2 + at]!;
      s3 += value * directions[o3 + at]!;
      s4 += value * directions[o4 + at]!;
    }
    if (s0 > bestScore) [best, bestScore] = [label, s0];
    if (s1 > bestScore) [best, bestScore] = [label + 1, s1];
    if (s2 > bestScore) [best, bestScore] = [label + 2, s2];
    if (s3 > bestScore) [best, bestScore] = [label + 3, s3];
    if (s4 > bestScore) [best, bestScore] = [label + 4, s4];
  }
  return best;
}
