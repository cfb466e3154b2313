import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix, pseudoInverse } from "ml-matrix";
import { classStatistics } from "../../lib/collapse/class_statistics.ts";
import { type Classifier, classifierStatistics } from "../../lib/collapse/classifier.ts";
import { type NeuralCollapse, neuralCollapse } from "../../lib/collapse/neural_collapse.ts";
import {
  accumulatorFor,
  addTo,
  assertClose,
  type Cloud,
  gaussianCloud,
  part,
  projectedOf,
  simplex,
  uniform,
} from "./clouds.ts";

/** Measures a cloud that is served in batches of the given sizes, then in one, whose steps are of a size. */
function collapseOf(
  cloud: Cloud,
  classifier?: Classifier,
  batches: readonly number[] = [],
  step = 64,
): NeuralCollapse {
  const accumulator = accumulatorFor(cloud);
  let start = 0;
  for (const batch of [...batches, cloud.labels.length]) {
    const end = Math.min(start + batch, cloud.labels.length);
    addTo(accumulator, part(cloud, start, end), step);
    start = end;
  }
  const moments = accumulator.moments();
  return neuralCollapse({
    layer: 1,
    split: "train",
    ...classStatistics(moments),
    nccCorrect: [],
    nccAgree: 0,
    networkCorrect: 0,
    projected: projectedOf(cloud, moments, step),
    published: { variances: [], distances: [] },
    classifier: classifier === undefined ? null : classifierStatistics(classifier, moments),
    ranks: null,
  });
}

/** Every number agrees to a tolerance, of itself or, next to zero, absolutely; what has no value has none. */
function assertSame(actual: NeuralCollapse, expected: NeuralCollapse, tolerance: number): void {
  for (const name of Object.keys(expected) as (keyof NeuralCollapse)[]) {
    const [found, wanted] = [actual[name], expected[name]];
    if (found === null || wanted === null) assert.equal(found, wanted, name);
    else {assert.ok(
        Math.abs(found - wanted) <= tolerance * Math.max(1e-2, Math.abs(wanted)),
        `${name} ${found} ${wanted}`,
      );}
  }
}

/** Clouds about uneven centres, of uneven sizes. */
function uneven(seed: number, classes: number, size: number): Cloud {
  const next = uniform(seed);
  const labels = Uint8Array.from(
    { length: 40 * classes },
    (_, row) => row < classes ? row : Math.floor(classes * next() ** 2),
  );
  const centres = Array.from({ length: classes }, () => Array.from({ length: size }, () => 4 * next()));
  const features = Float32Array.from({ length: labels.length * size }, (_, at) => {
    return centres[labels[Math.floor(at / size)]!]![at % size]! + (next() - next()) * (1 + at % 3);
  });
  return { features, labels, size, classes };
}

/** tr(Sigma_W Sigma_B^+) / C and both traces, straight from the definitions with matrices of D x D. */
function direct({ features, labels, size, classes }: Cloud): { nc1: number; within: number; between: number } {
  const all = new Matrix(Array.from(labels, (_, row) => Array.from(features.subarray(row * size, (row + 1) * size))));
  const own = Array.from({ length: classes }, (_, label) => {
    return all.selection([...labels.keys()].filter((row) => labels[row] === label), [...Array(size).keys()]);
  });
  const means = own.map((rows) => rows.mean("column"));
  const covariances = own.map((rows, label) => {
    const residuals = rows.clone().subRowVector(means[label]!);
    return residuals.transpose().mmul(residuals).div(rows.rows);
  });
  const within = covariances.reduce((sum, matrix) => sum.add(matrix), Matrix.zeros(size, size)).div(classes);
  const table = new Matrix(means);
  table.subRowVector(table.mean("column"));
  const between = table.transpose().mmul(table).div(classes);
  const nc1 = within.mmul(pseudoInverse(between, 1e-10)).trace() / classes;
  return { nc1, within: within.trace(), between: between.trace() };
}

Deno.test("neuralCollapse() gives the traces and the pseudo-inverse's trace that matrices of D x D give", () => {
  for (const [seed, classes, size] of [[1, 2, 3], [2, 4, 9], [3, 7, 6], [4, 5, 30]] as const) {
    const cloud = uneven(seed, classes, size);
    const [found, expected] = [collapseOf(cloud), direct(cloud)];
    assert.equal(found.meansRank, classes - 1);
    assertClose(found.nc1, expected.nc1, 1e-9);
    assertClose(found.traceWithin, expected.within, 1e-12);
    assertClose(found.traceBetween, expected.between, 1e-12);
  }
});

Deno.test("neuralCollapse() of a simplex with noise has the values that the noise gives", () => {
  // Sigma_W = s^2 I, and K = (I - 11^T / C) / 2: NC1 = 2 (C - 1) s^2, tr Sigma_W = D s^2, tr Sigma_B = (C - 1) / (2 C).
  for (const deviation of [0.3, 0.01]) {
    const found = collapseOf(gaussianCloud(simplex(5), deviation, 4000, 5));
    assertClose(found.nc1, 8 * deviation ** 2, 0.05);
    assertClose(found.traceWithin, 5 * deviation ** 2, 0.05);
    assertClose(found.traceBetween, 0.4, 0.03);
    assertClose(found.meansEffectiveRank, 4, 1e-3);
    // The means err by s / sqrt(4000) in each coordinate, distances of 0.63 from their centre.
    for (const name of ["normVariation", "cosineDeviation", "cosineBias", "etfDistance"] as const) {
      assert.ok(found[name]! > 0 && found[name]! < 0.2 * deviation, `${name} ${found[name]}`);
    }
  }
});

Deno.test("neuralCollapse() of exact collapse onto a simplex is 0 in all, with a classifier along the means", () => {
  const found = collapseOf(gaussianCloud(simplex(4), 0, 10, 1), {
    weights: Float32Array.from({ length: 16 }, (_, at) => at % 5 === 0 ? 2.25 : -0.75),
  });
  assert.deepEqual([found.nc1, found.traceWithin, found.meansRank], [0, 0, 3]);
  const zeros = ["normVariation", "cosineDeviation", "cosineBias", "etfDistance", "dualityEtfDistance"] as const;
  for (const name of zeros) assert.ok(Math.abs(found[name]!) < 1e-14, name);
  assert.ok(found.dualityDistance! < 1e-7);
});

Deno.test("neuralCollapse() of two classes: the means are opposite whatever they are", () => {
  const found = collapseOf(gaussianCloud([[0, 1, 0], [4, 1, 3]], 1, 3000, 8));
  // |mu_1 - mu_2| = 5, so lambda = 12.5; the variance along one direction is 1.
  assertClose(found.nc1, 1 / 12.5, 0.05);
  assertClose(found.traceBetween, 6.25, 0.05);
  assert.ok(found.cosineBias! < 1e-12 && found.normVariation! < 1e-12 && found.etfDistance! < 1e-12);
  assert.equal(found.cosineDeviation, 0);
  assertClose(found.meansEffectiveRank, 1, 1e-12);
});

Deno.test("neuralCollapse() where means coincide gives their rank and no NC1", () => {
  const found = collapseOf(gaussianCloud([[0, 0], [2, 0], [2, 0], [0, 3]], 0, 5, 1));
  assert.deepEqual([found.nc1, found.meansRank], [null, 2]);
  assert.ok(found.cosineDeviation! > 0.1);
  const dead = collapseOf(gaussianCloud([[1, 1], [1, 1], [1, 1]], 0, 5, 1), { weights: new Float32Array(6).fill(1) });
  const { traceWithin, traceBetween, meansRank, ...rest } = dead;
  assert.deepEqual([traceWithin, traceBetween, meansRank], [0, 0, 0]);
  for (const [name, value] of Object.entries(rest)) assert.equal(value, null, name);
});

Deno.test("neuralCollapse() of one example a class has no variance; of one class no geometry; of none no value", () => {
  const single = collapseOf({
    features: Float32Array.of(0, 1, 5),
    labels: Uint8Array.of(0, 1, 2),
    size: 1,
    classes: 3,
  });
  assert.deepEqual([single.nc1, single.traceWithin, single.meansRank], [null, 0, 1]);
  const wide = collapseOf({ ...gaussianCloud(simplex(3), 1, 1, 3) });
  assert.deepEqual([wide.nc1, wide.traceWithin], [0, 0]);
  const one = collapseOf({ features: Float32Array.of(0, 1, 5), labels: Uint8Array.of(2, 2, 2), size: 1, classes: 3 });
  assert.deepEqual([one.nc1, one.etfDistance, one.traceBetween, one.meansRank], [null, null, 0, 0]);
  const none = collapseOf({ features: new Float32Array(), labels: new Uint8Array(), size: 1, classes: 3 });
  assert.deepEqual([none.nc1, none.traceWithin, none.traceBetween], [null, null, null]);
});

Deno.test("neuralCollapse() leaves a missing class out", () => {
  const cloud = uneven(9, 3, 5);
  const shifted = { ...cloud, classes: 5, labels: cloud.labels.map((label) => 2 * label) };
  const weights = Float32Array.from({ length: 15 }, uniform(4));
  const wider = Float32Array.from({ length: 25 }, (_, at) => {
    const [row, label] = [Math.floor(at / 5), at % 5];
    return label % 2 === 0 ? weights[3 * row + label / 2]! : 7;
  });
  assertSame(collapseOf(shifted, { weights: wider }), collapseOf(cloud, { weights }), 1e-12);
});

Deno.test("classifierStatistics() takes the mean over places, channels innermost, and refuses what does not fit", () => {
  const cloud = uneven(6, 3, 8);
  const pooled = Float32Array.from({ length: 2 * cloud.labels.length }, (_, at) => {
    const [row, channel] = [Math.floor(at / 2), at % 2];
    return [0, 1, 2, 3].reduce((sum, place) => sum + cloud.features[8 * row + 2 * place + channel]! / 4, 0);
  });
  const weights = Float32Array.from({ length: 6 }, uniform(2));
  const [whole, mean] = [
    collapseOf(cloud, { weights }),
    collapseOf({ ...cloud, features: pooled, size: 2 }, { weights }),
  ];
  assertClose(whole.dualityDistance, mean.dualityDistance!, 1e-6);
  assertClose(whole.dualityEtfDistance, mean.dualityEtfDistance!, 1e-6);
  assert.throws(() => collapseOf(cloud, { weights: new Float32Array(9) }), {
    message: "The classifier takes 3 features, but the last layer has 8: expected a multiple",
  });
});

Deno.test("neuralCollapse() does not change with a translation, a rotation or, but for the traces, a scaling", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.integer({ min: 2, max: 6 }), fc.double({ min: 0, max: 6.3, noNaN: true }), (
      seed,
      classes,
      angle,
    ) => {
      // On a grid of 2^-10, so that moving and scaling round nothing.
      const cloud = uneven(seed, classes, 8);
      const features = cloud.features.map((value) => Math.round(value * 1024) / 1024);
      const base = collapseOf({ ...cloud, features });
      assertSame(collapseOf({ ...cloud, features: features.map((value) => value + 64) }), base, 1e-9);
      const { traceWithin, traceBetween, ...scaled } = collapseOf({
        ...cloud,
        features: features.map((value) => 8 * value),
      });
      assertClose(traceWithin, 64 * base.traceWithin!, 1e-12);
      assertSame({ ...base, ...scaled, traceBetween: traceBetween! / 64 }, base, 1e-9);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const rotated = features.map((value, at) => {
        return at % 2 === 0 ? cos * value - sin * features[at + 1]! : sin * features[at - 1]! + cos * value;
      });
      assertSame(collapseOf({ ...cloud, features: rotated }), base, 1e-3);
    }),
    { numRuns: 30 },
  );
});

Deno.test("neuralCollapse() is the same to 1e-12 for any split of the examples into batches", () => {
  const cloud = uneven(12, 6, 20);
  const base = collapseOf(cloud);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 12 }), (batches) => {
      assertSame(collapseOf(cloud, undefined, batches), base, 1e-12);
    }),
    { numRuns: 40 },
  );
});
