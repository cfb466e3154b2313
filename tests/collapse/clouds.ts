import assert from "node:assert/strict";
import fc from "fast-check";
import { addRows } from "../../lib/collapse/add_rows.ts";
import { classSums, squaredDeviations } from "../../lib/collapse/class_sums.ts";
import type { MeasuredData, Measurement } from "../../lib/collapse/measurement.ts";
import type { MeasuredNetwork } from "../../lib/collapse/measurement_program.ts";
import { type ClassMoments, MomentAccumulator, type StepObserver } from "../../lib/collapse/moments.ts";
import { centresOf, nearestClass } from "../../lib/collapse/ncc.ts";
import type { ProbedData } from "../../lib/collapse/probe.ts";
import { type EffectiveRanks, effectiveRanks } from "../../lib/collapse/effective_rank.ts";
import { addScatters, classWeights, projectedScatter, projectionAxes } from "../../lib/collapse/projected_scatter.ts";
import { withinCovariance } from "../../lib/collapse/within_covariance.ts";
import type { ExampleSpec, HostArray } from "../../lib/runtimes/program.ts";

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

/** A motion of features that keeps the ratios of their distances. */
export interface Similarity {
  /** By which all features are rotated in the plane of each two neighbouring axes, one after another. */
  readonly angle: number;
  /** By which they are scaled. */
  readonly factor: number;
  /** What is added to each feature, before scaling. */
  readonly shift: number;
}

/** Motions drawn at random, with shifts up to a limit. */
export function similarities(largestShift: number): fc.Arbitrary<Similarity> {
  return fc.record({
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    factor: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    shift: fc.double({ min: -largestShift, max: largestShift, noNaN: true }),
  });
}

/** A cloud after a motion, its features rounded to float32. */
export function moved(cloud: Cloud, { angle, factor, shift }: Similarity): Cloud {
  const { size, labels } = cloud;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const features = new Float32Array(cloud.features.length);
  for (let row = 0; row < labels.length; row++) {
    const own = Array.from(cloud.features.subarray(row * size, (row + 1) * size));
    for (let at = 0; at + 1 < size; at++) {
      const [x, y] = [own[at]!, own[at + 1]!];
      own[at] = cos * x - sin * y;
      own[at + 1] = sin * x + cos * y;
    }
    features.set(own.map((value) => factor * (value + shift)), row * size);
  }
  return { ...cloud, features };
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

/** A network whose layers' features are those of clouds, and its logits given, too. */
export function cloudNetwork(layers: readonly Cloud[]): MeasuredNetwork {
  const { classes } = layers[0]!;
  const names = layers.map((_, index) => `${index + 1}`);
  const specs = names.map((name, index): [string, ExampleSpec] => {
    return [`features/${name}`, { shape: [layers[index]!.size], dtype: "float32" }];
  });
  return {
    layers: names.map((name, index) => ({ name, size: layers[index]!.size })),
    classes,
    examples: {
      ...Object.fromEntries(specs),
      logits: { shape: [classes], dtype: "float32" },
      labels: { shape: [], dtype: "int32" },
    },
    constants: {},
    apply: ({ examples }) => ({
      logits: examples.logits!,
      layers: names.map((name) => examples[`features/${name}`]!),
    }),
  };
}

/** Clouds as the features of a {@linkcode cloudNetwork}; the first `train` examples are the train set. */
export function cloudSets(layers: readonly Cloud[], train: number, logits: Float32Array): MeasuredData["sets"] {
  const { labels, classes } = layers[0]!;
  const part = (from: number, to: number): ProbedData => {
    const features = layers.map(({ features, size }, index) => {
      return [`features/${index + 1}`, features.slice(from * size, to * size)];
    });
    return {
      examples: {
        ...Object.fromEntries(features),
        logits: logits.slice(from * classes, to * classes),
        labels: Int32Array.from(labels.subarray(from, to)),
      },
      constants: {},
    };
  };
  return { train: part(0, train), test: part(train, labels.length) };
}

/** An accumulator for the moments of a cloud, each class's first example its first shift. */
export function accumulatorFor(
  { features, labels, size, classes }: Cloud,
  observer?: StepObserver,
): MomentAccumulator {
  const origins = new Float64Array(classes * size);
  for (let label = 0; label < classes; label++) {
    const first = labels.indexOf(label);
    if (first >= 0) origins.set(features.subarray(first * size, (first + 1) * size), label * size);
  }
  return new MomentAccumulator(classes, size, origins, observer);
}

/** Adds examples in steps of a size, as the host computes their sums. */
export function addTo(accumulator: MomentAccumulator, cloud: Cloud, batch = 64): void {
  const { size, classes } = cloud;
  const shifts = { data: accumulator.shifts, shape: [classes, size] };
  const steps = stepsOf(cloud, batch);
  const sums = joined(steps.map((step) => classSums.host(...step, shifts)));
  const squares = joined(steps.map((step) => squaredDeviations.host(...step, shifts)));
  accumulator.add({ batch, sums, squares }, cloud.labels);
}

/** The moments of a cloud. */
export function momentsOf(cloud: Cloud): ClassMoments {
  const accumulator = accumulatorFor(cloud);
  addTo(accumulator, cloud);
  return accumulator.moments();
}

/** `M Sigma_W M^T` of a cloud, the upper triangle, as the host computes it in steps of a size. */
export function projectedOf(cloud: Cloud, moments: ClassMoments, batch = 64): Float64Array {
  const { size, classes } = cloud;
  const parameters = [
    { data: moments.means, shape: [classes, size] },
    { data: projectionAxes(moments), shape: [size, classes] },
    { data: classWeights(moments.counts), shape: [classes] },
  ];
  const sum = new Float64Array(classes * (classes + 1) / 2);
  addScatters(joined(stepsOf(cloud, batch).map((step) => projectedScatter.host(...step, ...parameters))), sum, classes);
  return sum;
}

/** The effective ranks of a cloud, as the host computes them in steps of a size. */
export function ranksOf(cloud: Cloud, batch = 64): EffectiveRanks {
  const { size, classes } = cloud;
  const moments = momentsOf(cloud);
  const means = { data: moments.means, shape: [classes, size] };
  const weights = { data: classWeights(moments.counts), shape: [classes] };
  const sum = new Float64Array(size * size);
  addRows(sum, joined(stepsOf(cloud, batch).map((step) => withinCovariance.host(...step, means, weights))));
  return effectiveRanks(sum, moments);
}

/** Features and labels of each step. */
function stepsOf({ features, labels, size }: Cloud, batch: number): (readonly [HostArray, HostArray])[] {
  return Array.from({ length: Math.ceil(labels.length / batch) }, (_, step) => {
    const own = Int32Array.from(labels.subarray(step * batch, (step + 1) * batch));
    const from = step * batch * size;
    return [
      { data: features.subarray(from, from + own.length * size), shape: [own.length, size] },
      { data: own, shape: [own.length] },
    ] as const;
  });
}

function joined(arrays: readonly HostArray[]): Float64Array {
  return Float64Array.from(arrays.flatMap(({ data }) => [...data]));
}

/** The nearest class centre of each of some features, as the host finds it. */
export function nearestOf(moments: ClassMoments, features: Float32Array): Int32Array {
  const { classes, size } = moments;
  const { directions, offsets } = centresOf(moments);
  return nearestClass.host(
    { data: features, shape: [features.length / size, size] },
    { data: directions, shape: [size, classes] },
    { data: offsets, shape: [classes] },
  ).data as Int32Array;
}

/** Some of a cloud's examples. */
export function part({ features, labels, size, classes }: Cloud, from: number, to: number): Cloud {
  return { features: features.subarray(from * size, to * size), labels: labels.subarray(from, to), size, classes };
}

/**
 * Fails unless two measurements of the same features agree: counts are equal, other numbers agree to a relative tolerance
 * (elements of matrices, which may be 0, relative to the largest), and those of the published formula to the rounding of
 * float32, which depends on the size of the steps.
 */
export function assertSameMeasurement(actual: Measurement, expected: Measurement, tolerance: number): void {
  const counts = ({ layer, split, counts, nccCorrect, nccAgree, networkCorrect }: Measurement) => {
    return [layer, split, [...Array.from(counts)], [...Array.from(nccCorrect)], nccAgree, networkCorrect];
  };
  assert.deepEqual(counts(actual), counts(expected));
  assertClose(actual.scale, expected.scale, tolerance);
  for (const name of ["variances", "distances"] as const) {
    Array.from(expected[name]).forEach((value, at) => assertClose(actual[name][at]!, value, tolerance));
  }
  const near = (found: ArrayLike<number>, wanted: ArrayLike<number>, most: number) => {
    Array.from(wanted).forEach((value, at) => assert.ok(Math.abs(found[at]! - value) <= most, `${at}`));
  };
  const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));
  near(actual.projected, expected.projected, tolerance * largest(expected.projected));
  near(actual.published.variances, expected.published.variances, 1e-5 * expected.scale);
  near(actual.published.distances, expected.published.distances, 1e-5 * expected.scale);
  assert.deepEqual(Object.keys(actual.ranks ?? {}), Object.keys(expected.ranks ?? {}));
  for (const name of ["total", "within"] as const) {
    const [rank, wanted] = [actual.ranks?.[name] ?? null, expected.ranks?.[name] ?? null];
    if (wanted === null) assert.equal(rank, null);
    else assertClose(rank, wanted, tolerance);
  }
  assert.equal(actual.classifier === null, expected.classifier === null);
  if (expected.classifier === null) return;
  const { products } = expected.classifier;
  near(actual.classifier!.products, products, tolerance * largest(products));
}

/** Fails unless two numbers agree to a relative tolerance. */
export function assertClose(actual: number | null, expected: number, tolerance: number): void {
  if (actual === null || !(Math.abs(actual - expected) <= tolerance * Math.abs(expected))) {
    throw new Error(`${actual} is not within ${tolerance} of ${expected}`);
  }
}
