import type { FeatureSource } from "../../lib/collapse/measurement.ts";

/** Features with their labels. */
export interface Cloud {
  readonly features: Float32Array;
  readonly labels: Uint8Array;
  readonly size: number;
  readonly classes: number;
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6D2B79F5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers from a seed (Box and Muller). */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Normal clouds of a deviation about given centres, `each` examples a class, the classes in turn. */
export function gaussianCloud(
  centres: readonly (readonly number[])[],
  deviation: number,
  each: number,
  seed: number,
): Cloud {
  const next = normal(seed);
  const size = centres[0]!.length;
  const labels = Uint8Array.from({ length: each * centres.length }, (_, row) => row % centres.length);
  const features = new Float32Array(labels.length * size);
  labels.forEach((label, row) => {
    for (let at = 0; at < size; at++) features[row * size + at] = centres[label]![at]! + deviation * next();
  });
  return { features, labels, size, classes: centres.length };
}

/** Corners of a simplex whose sides have length 1. */
export function simplex(classes: number): number[][] {
  return Array.from(
    { length: classes },
    (_, label) => Array.from({ length: classes }, (_, at) => at === label ? Math.SQRT1_2 : 0),
  );
}

/** Var_c and |mu_i - mu_j|^2 in two passes over float64, straight from the definitions. */
export function twoPass({ features, labels, size, classes }: Cloud): { variances: number[]; distances: number[] } {
  const rows = Array.from({ length: classes }, (_, label) => [...labels.keys()].filter((row) => labels[row] === label));
  const means = rows.map((members) =>
    Array.from({ length: size }, (_, at) => {
      const origin = features[(members[0] ?? 0) * size + at]!;
      return origin + members.reduce((sum, row) => sum + (features[row * size + at]! - origin), 0) / members.length;
    })
  );
  const variances = rows.map((members, label) =>
    members.reduce(
      (sum, row) =>
        sum + means[label]!.reduce((square, mean, at) => square + (features[row * size + at]! - mean) ** 2, 0),
      0,
    ) /
    members.length
  );
  const distances = means.flatMap((first, i) =>
    means.slice(i + 1).map((second) => first.reduce((sum, mean, at) => sum + (mean - second[at]!) ** 2, 0))
  );
  return { variances, distances };
}

/** Clouds as the layers of a source, served in chunks; the first `train` examples are the train set. */
export function sourceOf(layers: readonly Cloud[], train: number, chunk: number, logits: Float32Array): FeatureSource {
  const { labels, classes } = layers[0]!;
  return {
    classes,
    sizes: layers.map(({ size }) => size),
    labels: { train: labels.subarray(0, train), test: labels.subarray(train) },
    async *chunks(split) {
      const [from, to] = split === "train" ? [0, train] : [train, labels.length];
      for (let start = from; start < to; start += chunk) {
        const end = Math.min(start + chunk, to);
        yield await Promise.resolve({
          count: end - start,
          logits: logits.subarray(start * classes, end * classes),
          layers: layers.map(({ features, size }) => features.subarray(start * size, end * size)),
        });
      }
    },
  };
}

/** Fails unless two numbers agree to a relative tolerance. */
export function assertClose(actual: number | null, expected: number, tolerance: number): void {
  if (actual === null || !(Math.abs(actual - expected) <= tolerance * Math.abs(expected))) {
    throw new Error(`${actual} is not within ${tolerance} of ${expected}`);
  }
}
