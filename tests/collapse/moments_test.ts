import assert from "node:assert/strict";
import fc from "fast-check";
import { classStatistics } from "../../lib/collapse/class_statistics.ts";
import { type ClassMoments, mergeMoments, MomentAccumulator } from "../../lib/collapse/moments.ts";
import {
  accumulatorFor,
  addTo,
  assertClose,
  type Cloud,
  gaussianCloud,
  momentsOf,
  part,
  simplex,
  twoPass,
} from "./clouds.ts";

/** Equal counts, scatters to a relative tolerance, and means to that share of the features' norm. */
function assertSameMoments(actual: ClassMoments, expected: ClassMoments, tolerance: number): void {
  assert.deepEqual(actual.counts, expected.counts);
  const norm = Math.sqrt(classStatistics(expected).scale);
  expected.means.forEach((mean, at) => assert.ok(Math.abs(actual.means[at]! - mean) <= tolerance * norm));
  expected.scatters.forEach((scatter, label) => assertClose(actual.scatters[label]!, scatter, tolerance));
}

/** Clouds of float32 numbers at any offset, with some classes missing now and then. */
const clouds = fc.record({
  classes: fc.integer({ min: 1, max: 4 }),
  size: fc.integer({ min: 1, max: 9 }),
  offset: fc.constantFrom(0, 1, -1000),
  rows: fc.array(
    fc.tuple(fc.nat(3), fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 })),
    {
      maxLength: 40,
    },
  ),
}).map(({ classes, size, offset, rows }): Cloud => ({
  classes,
  size,
  labels: Uint8Array.from(rows, ([label]) => label % classes),
  features: Float32Array.from(rows.flatMap(([, values]) => values.slice(0, size).map((value) => value + offset))),
}));

const far = gaussianCloud([[1000, 0, 0, 0, 0], [1000, 3, 0, 0, 0], [1000, 0, 3, 0, 0]], 0.01, 700, 1);

Deno.test("MomentAccumulator gives the counts, means and scatters of the definition", () => {
  const { counts, means, scatters } = momentsOf({
    features: Float32Array.of(0, 0, 2, 0, 1, 3, 5, 5),
    labels: Uint8Array.of(0, 0, 0, 2),
    size: 2,
    classes: 3,
  });
  assert.deepEqual([...counts], [3, 0, 1]);
  assert.deepEqual([...means].map((mean) => mean.toFixed(12)), [1, 1, 0, 0, 5, 5].map((mean) => mean.toFixed(12)));
  assertClose(scatters[0]!, 2 + 6, 1e-15);
  assert.deepEqual([scatters[1], scatters[2]], [0, 0]);
});

Deno.test("MomentAccumulator gives the same moments for any split of the examples into calls", () => {
  const whole = momentsOf(far);
  fc.assert(fc.property(fc.array(fc.nat(far.labels.length), { maxLength: 12 }), (cuts) => {
    const accumulator = accumulatorFor(far);
    const edges = [0, ...cuts.toSorted((a, b) => a - b), far.labels.length];
    edges.slice(1).forEach((to, index) => {
      addTo(accumulator, part(far, edges[index]!, to));
    });
    assertSameMoments(accumulator.moments(), whole, 1e-12);
  }));
});

Deno.test("mergeMoments() gives the moments of both sets together", () => {
  const whole = momentsOf(far);
  fc.assert(fc.property(fc.nat(far.labels.length), (cut) => {
    const merged = mergeMoments(momentsOf(part(far, 0, cut)), momentsOf(part(far, cut, far.labels.length)));
    assertSameMoments(merged, whole, 1e-12);
  }));
});

Deno.test("mergeMoments() is associative and commutative", () => {
  fc.assert(fc.property(clouds, fc.nat(), fc.nat(), (cloud, first, second) => {
    const count = cloud.labels.length;
    const [low, high] = [first % (count + 1), second % (count + 1)].toSorted((a, b) => a - b) as [number, number];
    const [a, b, c] = [part(cloud, 0, low), part(cloud, low, high), part(cloud, high, count)].map(momentsOf) as [
      ClassMoments,
      ClassMoments,
      ClassMoments,
    ];
    const left = mergeMoments(mergeMoments(a, b), c);
    const right = mergeMoments(a, mergeMoments(b, c));
    // Single numbers that differ by rounding alone leave scatters of rounding size, so an absolute floor is needed here.
    const floor = 1e-12 * (1 + classStatistics(left).scale);
    const same = (x: ClassMoments, y: ClassMoments) => {
      assert.deepEqual(x.counts, y.counts);
      x.means.forEach((mean, at) => assert.ok(Math.abs(mean - y.means[at]!) <= floor));
      x.scatters.forEach((scatter, label) => assert.ok(Math.abs(scatter - y.scatters[label]!) <= floor));
    };
    same(left, right);
    same(mergeMoments(a, b), mergeMoments(b, a));
  }));
});

Deno.test("mergeMoments() rejects moments of other layers", () => {
  const empty = (size: number) => new MomentAccumulator(2, size, new Float64Array(2 * size)).moments();
  assert.throws(() => mergeMoments(empty(3), empty(4)), {
    message: "Moments of 2 classes and size 3 do not merge with those of 2 and size 4",
  });
});

Deno.test("Scatters do not change with a translation, and grow with the square of a scaling", () => {
  // Multiples of 1/16 below 2^8, so that adding 2^12 and doubling are exact in float32.
  const grid = gaussianCloud(simplex(4), 3, 200, 5);
  const features = grid.features.map((value) => Math.round(value * 16) / 16);
  const base = classStatistics(momentsOf({ ...grid, features }));
  const moved = classStatistics(momentsOf({ ...grid, features: features.map((value) => value + 4096) }));
  const scaled = classStatistics(momentsOf({ ...grid, features: features.map((value) => value * 2) }));
  for (const name of ["variances", "distances"] as const) {
    for (let at = 0; at < base[name].length; at++) {
      assertClose(moved[name][at]!, base[name][at]!, 1e-12);
      assertClose(scaled[name][at]!, 4 * base[name][at]!, 1e-12);
    }
  }
});

Deno.test("Variances and distances agree with two passes in float64 to 1e-9, down to a relative variance of 1e-10", () => {
  for (const deviation of [1, 1e-2, 1e-4, 1e-5]) {
    const cloud = gaussianCloud([[0, 0, 1, 0.5], [0, 1, 0, 0.25], [1, 0, 0, 0]], deviation, 400, 7);
    const { variances, distances } = classStatistics(momentsOf(cloud));
    const expected = twoPass(cloud);
    expected.variances.forEach((variance, label) => assertClose(variances[label]!, variance, 1e-9));
    expected.distances.forEach((distance, pair) => assertClose(distances[pair]!, distance, 1e-9));
  }
});

Deno.test("An outlier as the first example of a class costs no digits", () => {
  const cloud = gaussianCloud([[0, 0], [1, 1]], 1e-3, 2000, 3);
  cloud.features[0] = 1e4;
  const { variances } = classStatistics(momentsOf(cloud));
  assertClose(variances[0]!, twoPass(cloud).variances[0]!, 1e-12);
});

Deno.test("Equal features have a scatter of exactly 0", () => {
  const features = new Float32Array(1500).fill(0.1);
  assert.deepEqual([...momentsOf({ features, labels: new Uint8Array(500), size: 3, classes: 1 }).scatters], [0]);
});

Deno.test("MomentAccumulator gives the same for any size of the steps, and starts a class that comes late at its own", () => {
  const whole = momentsOf(far);
  for (const batch of [1, 7, 1000]) {
    const accumulator = accumulatorFor(far);
    addTo(accumulator, far, batch);
    assertSameMoments(accumulator.moments(), whole, 1e-12);
  }
  const order = [...far.labels.keys()].toSorted((a, b) => far.labels[a]! - far.labels[b]!);
  const sorted = {
    ...far,
    labels: Uint8Array.from(order, (row) => far.labels[row]!),
    features: Float32Array.from(
      order.flatMap((row) => [...far.features.subarray(row * far.size, (row + 1) * far.size)]),
    ),
  };
  assertSameMoments(momentsOf(sorted), whole, 1e-12);
});

Deno.test("MomentAccumulator names the class whose features are not finite", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const cloud = { features: Float32Array.of(3, 1, value), labels: Uint8Array.of(0, 1, 1), size: 1, classes: 2 };
    assert.throws(() => momentsOf(cloud), {
      message: "A feature of class 1 is not finite; the network has diverged",
    });
  }
});
