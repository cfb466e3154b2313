import { binary, cast, node } from "../compile/graph/node.ts";
import type { DoubleFunction } from "../runtimes/program.ts";
import type { ClassMoments, Labels } from "./moments.ts";

/** How the nearest class centre classifies examples. */
export interface NccCounts {
  /** `[C]`: examples of each class that lie nearest to their own class's mean. */
  readonly correct: Int32Array;
  /** Examples whose nearest class is the one that the network says. */
  readonly agree: number;
}

/** Class centres as {@linkcode nearestClass} takes them. */
export interface Centres {
  /** `[D, C]`: w_c, each class's mean less the mean of these. */
  readonly directions: Float64Array;
  /** `[C]`: what is added to f . w_c; minus infinity for a class without examples. */
  readonly offsets: Float64Array;
}

/**
 * The centres of classes, for {@linkcode nearestClass}.
 *
 * With g the mean of the centres and w_c = mu_c - g, the nearest centre is the one with the largest
 *
 *     (f - g) . w_c - |w_c|^2 / 2  =  f . w_c + offset_c,      offset_c = -(g . w_c + |w_c|^2 / 2).
 *
 * The directions are centred, so that they are as short as the centres are apart, however far from zero these lie. What the
 * product in float64 rounds is then what moving f by 1e-16 of its norm would change: nothing beside the 6e-8 that f itself
 * was rounded by.
 */
export function centresOf({ classes, size, counts, means }: ClassMoments): Centres {
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const directions = new Float64Array(size * classes);
  const offsets = Float64Array.from(counts, (count) => count > 0 ? 0 : -Infinity);
  for (let at = 0; at < size; at++) {
    let centre = 0;
    for (let label = 0; label < classes; label++) centre += counts[label]! > 0 ? means[label * size + at]! : 0;
    centre /= present;
    for (let label = 0; label < classes; label++) {
      if (counts[label] === 0) continue;
      const direction = means[label * size + at]! - centre;
      directions[at * classes + label] = direction;
      offsets[label]! -= direction * (centre + direction / 2);
    }
  }
  return { directions, offsets };
}

/**
 * The nearest class centre of each example, argmin_c |f(x) - mu_c|, in float64; the lowest class wins a tie, a class without
 * examples never.
 *
 * Of features `[batch, D]` and the {@linkcode Centres}' directions and offsets; gives `[batch]`, int32.
 */
export const nearestClass: DoubleFunction = {
  name: "nearest class",
  nodes: (features, directions, offsets) => {
    const products = node({ kind: "matMul", transposeLeft: false, transposeRight: false }, [
      cast(features!, "float64"),
      directions!,
    ]);
    return node({ kind: "argument", function: "max", axis: 1 }, [binary("add", products, offsets!)]);
  },
  host: (features, directions, offsets) => {
    const [size, classes] = directions!.shape as [number, number];
    const nearest = new Int32Array(features!.data.length / size);
    const scores = new Float64Array(classes);
    for (let row = 0; row < nearest.length; row++) {
      scores.fill(0);
      for (let at = 0; at < size; at++) {
        const value = features!.data[row * size + at]!;
        for (let label = 0; label < classes; label++) scores[label]! += value * directions!.data[at * classes + label]!;
      }
      scores.forEach((score, label) => scores[label] = score + offsets!.data[label]!);
      nearest[row] = scores.reduce((best, score, label) => score > scores[best]! ? label : best, 0);
    }
    return { data: nearest, shape: [nearest.length] };
  },
};

/**
 * Counts where the nearest class centre agrees with the label and with the network.
 *
 * @param nearest the nearest class of each example
 * @param predictions the class with the network's largest logit
 */
export function countNcc(nearest: Int32Array, labels: Labels, predictions: Uint16Array, classes: number): NccCounts {
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
