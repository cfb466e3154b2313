import assert from "node:assert/strict";
import fc from "fast-check";
import { cdnv, nccErrorBound } from "../../lib/collapse/cdnv.ts";
import { type ClassStatistics, classStatistics } from "../../lib/collapse/class_statistics.ts";
import { countNcc } from "../../lib/collapse/ncc.ts";
import {
  assertClose,
  type Cloud,
  gaussianCloud,
  momentsOf,
  moved,
  nearestOf,
  similarities,
  simplex,
  twoPass,
  uniform,
} from "./clouds.ts";

function statisticsOf(cloud: Cloud): ClassStatistics {
  return classStatistics(momentsOf(cloud));
}

/** Statistics given directly. */
function given(counts: number[], variances: number[], distances: number[]): ClassStatistics {
  return { counts, variances, distances, scale: Math.max(...distances, 1) };
}

Deno.test("cdnv() of two classes is (Var_1 + Var_2) / (2 d^2)", () => {
  const result = cdnv(given([10, 10], [0.5, 1.5], [4]));
  const { corrected } = result;
  assert.deepEqual(result, {
    mean: 0.25,
    median: 0.25,
    max: 0.25,
    corrected,
    degeneratePairs: 0,
    uncorrectedPairs: 0,
  });
});

Deno.test("cdnv() gives the mean, the median and the largest value over pairs", () => {
  const { mean, median, max } = cdnv(given([5, 5, 5], [1, 1, 2], [1, 3, 0.5]));
  assertClose(mean, (1 + 0.5 + 3) / 3, 1e-15);
  assert.deepEqual([median, max], [1, 3]);
  assert.equal(cdnv(given([5, 5, 5, 5], [1, 1, 1, 1], [1, 1, 1, 0.5, 0.25, 0.25])).median, 1.5);
});

Deno.test("cdnv() of normal clouds about a simplex tends to D sigma^2", () => {
  // Var_c = D sigma^2, all distances 1.
  for (const deviation of [0.5, 0.05]) {
    const { mean } = cdnv(statisticsOf(gaussianCloud(simplex(6), deviation, 4000, 11)));
    assertClose(mean, 6 * deviation ** 2, 0.03);
  }
});

Deno.test("cdnv() agrees with two passes in float64 to 1e-9, down to a CDNV of 1e-10", () => {
  for (const deviation of [1, 1e-2, 1e-4, 4e-6]) {
    const cloud = gaussianCloud([[1, 0, 0, 7], [0, 1, 0, 7], [0, 0, 1, 7], [1, 1, 1, 7]], deviation, 300, 13);
    const { variances, distances } = twoPass(cloud);
    const expected = cdnv(given([300, 300, 300, 300], variances, distances));
    const actual = cdnv(statisticsOf(cloud));
    for (const name of ["mean", "median", "max", "corrected"] as const) {
      assertClose(actual[name], expected[name]!, 1e-9);
    }
  }
});

Deno.test("cdnv() reaches 1e-10 in its own tests", () => {
  const { mean } = cdnv(statisticsOf(gaussianCloud([[1, 0, 0, 7], [0, 1, 0, 7]], 4e-6, 300, 13)));
  assert.ok(mean !== null && mean > 0 && mean < 1e-10);
});

Deno.test("cdnv() of exact collapse is 0", () => {
  const centres = simplex(3);
  const { mean, median, max, corrected, degeneratePairs } = cdnv(statisticsOf(gaussianCloud(centres, 0, 50, 1)));
  assert.deepEqual([mean, median, max, corrected, degeneratePairs], [0, 0, 0, 0, 0]);
});

Deno.test("cdnv() gives null and counts the pairs where means coincide", () => {
  const { mean, median, max, corrected, degeneratePairs } = cdnv(given([9, 9, 9], [1, 1, 1], [0, 1, 1]));
  assert.deepEqual([mean, median, max, corrected, degeneratePairs], [null, 1, null, null, 1]);
  const dead = cdnv({ counts: [9, 9], variances: [0, 0], distances: [0], scale: 0 });
  assert.deepEqual(dead, {
    mean: null,
    median: null,
    max: null,
    corrected: null,
    degeneratePairs: 1,
    uncorrectedPairs: 1,
  });
});

Deno.test("cdnv() takes means that differ by rounding alone as coinciding", () => {
  const label = Uint8Array.of(0, 0, 0, 1, 1, 1);
  const features = Float32Array.of(0.1, 0.7, 0.4, 0.4, 0.1, 0.7);
  const statistics = statisticsOf({ features, labels: label, size: 1, classes: 2 });
  assert.deepEqual([cdnv(statistics).mean, cdnv(statistics).degeneratePairs], [null, 1]);
});

Deno.test("cdnv() leaves a missing class out and counts its pairs", () => {
  const { mean, max, degeneratePairs } = cdnv(given([9, 0, 9], [1, 0, 1], [0, 2, 0]));
  assert.deepEqual([mean, max, degeneratePairs], [0.5, 0.5, 2]);
  assert.deepEqual(cdnv(given([9, 0], [1, 0], [0])).mean, null);
});

Deno.test("cdnv() with one example a class is 0 and has no corrected value", () => {
  const { mean, corrected, degeneratePairs, uncorrectedPairs } = cdnv(statisticsOf({
    features: Float32Array.of(0, 1, 2),
    labels: Uint8Array.of(0, 1, 2),
    size: 1,
    classes: 3,
  }));
  assert.deepEqual([mean, corrected, degeneratePairs, uncorrectedPairs], [0, null, 0, 3]);
});

Deno.test("cdnv() corrects the bias of small samples", () => {
  // True value D sigma^2 / 1 = 2 with 5 dimensions; 20 examples a class, averaged over many draws.
  const deviation = Math.sqrt(2 / 5);
  const draws = Array.from({ length: 400 }, (_, seed) => {
    const { mean, corrected } = cdnv(
      statisticsOf(gaussianCloud([[0, 0, 0, 0, 0], [1, 0, 0, 0, 0]], deviation, 20, seed + 1)),
    );
    return { naive: 1 / mean!, corrected: corrected === null ? 0 : 1 / corrected };
  });
  const average = (name: "naive" | "corrected") => draws.reduce((sum, draw) => sum + draw[name], 0) / draws.length;
  // Inverses are compared, since 1 / V' = 2 separation / variance is close to unbiased where V' itself has a heavy tail.
  assertClose(average("corrected"), 0.5, 0.06);
  assert.ok(average("naive") > 0.58);
});

Deno.test("cdnv() without separation tends to (n - 1) / 2, and the corrected value is null or far larger", () => {
  const each = 20;
  const { mean, corrected } = cdnv(
    statisticsOf(gaussianCloud([new Array(4000).fill(0), new Array(4000).fill(0)], 1, each, 2)),
  );
  // |m_1 - m_2|^2 is a chi-squared of 4000 degrees, whose deviation is 2 % of its mean.
  assertClose(mean, (each - 1) / 2, 0.08);
  assert.ok(corrected === null || corrected > 5 * each);
});

Deno.test("cdnv() does not change with a translation, a rotation or a scaling, but for the rounding of features", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1 }),
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.double({ min: -3, max: -0.5, noNaN: true }),
      similarities(4),
      (seed, classes, size, decades, similarity) => {
        const next = uniform(seed);
        const centres = Array.from(
          { length: classes },
          (_, label) => Array.from({ length: size }, () => 2 * label + next()),
        );
        const cloud = gaussianCloud(centres, 10 ** decades, 12, seed);
        const [before, after] = [cdnv(statisticsOf(cloud)), cdnv(statisticsOf(moved(cloud, similarity)))];
        // Features of size 20 are rounded by 1e-6 at most, which is this share of their deviation; means are apart by 1.
        const tolerance = 10 * 1e-6 / 10 ** decades + 1e-5;
        for (const name of ["mean", "median", "max"] as const) assertClose(after[name], before[name]!, tolerance);
        assert.equal(after.degeneratePairs, before.degeneratePairs);
      },
    ),
  );
});

Deno.test("cdnv() is the same to 1e-12 where a motion rounds nothing", () => {
  const cloud = gaussianCloud(simplex(3), 0.2, 100, 21);
  // On a grid of 2^-10.
  const features = cloud.features.map((value) => Math.round(value * 1024) / 1024);
  const base = cdnv(statisticsOf({ ...cloud, features })).mean!;
  const motions = [(value: number) => 2048 * value, (value: number) => value + 512, (value: number) => -value / 4];
  for (const motion of motions) {
    assertClose(cdnv(statisticsOf({ ...cloud, features: features.map(motion) })).mean, base, 1e-12);
  }
  const turned = features.map((value, at) =>
    at % 3 === 2 ? value : at % 3 === 0 ? -features[at + 1]! : features[at - 1]!
  );
  assertClose(cdnv(statisticsOf({ ...cloud, features: turned })).mean, base, 1e-12);
});

Deno.test("nccErrorBound() is never exceeded by the macro-averaged NCC error of a set about its own means", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.integer({ min: 2, max: 5 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (
      seed,
      classes,
      spread,
    ) => {
      const next = uniform(seed);
      const labels = Uint8Array.from({ length: 40 }, (_, row) => row < classes ? row : Math.floor(next() * classes));
      const features = Float32Array.from({ length: 80 }, (_, at) => labels[at >> 1]! + spread * (next() - next()));
      const moments = momentsOf({ features, labels, size: 2, classes });
      const { mean } = cdnv(classStatistics(moments));
      const { correct } = countNcc(
        nearestOf(moments, features),
        labels,
        new Uint16Array(40),
        classes,
      );
      const error = correct.reduce((sum, count, label) => sum + 1 - count / moments.counts[label]!, 0) / classes;
      assert.ok(mean !== null && error <= nccErrorBound(classes, mean) * (1 + 1e-9));
    }),
  );
});
