import assert from "node:assert/strict";
import fc from "fast-check";
import { countNcc, predictedClasses } from "../../lib/collapse/ncc.ts";
import type { ClassMoments } from "../../lib/collapse/moments.ts";
import { gaussianCloud, momentsOf, moved, nearestOf, similarities, uniform } from "./clouds.ts";

/** |f - mu_c|^2 of each example, by class; infinite of a class without examples. */
function distancesOf({ size, counts, means }: ClassMoments, features: Float32Array): number[][] {
  return Array.from({ length: features.length / size }, (_, row) =>
    Array.from(counts, (count, label) => {
      if (count === 0) return Infinity;
      let distance = 0;
      for (let at = 0; at < size; at++) distance += (features[row * size + at]! - means[label * size + at]!) ** 2;
      return distance;
    }));
}

Deno.test("nearestClass finds the class of least distance, for any number of classes", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1 }),
    fc.integer({ min: 1, max: 13 }),
    fc.integer({ min: 1, max: 7 }),
    fc.constantFrom(0, 1e4),
    (seed, classes, size, offset) => {
      const next = uniform(seed);
      const labels = Uint8Array.from({ length: 60 }, () => Math.floor(next() * classes));
      const features = Float32Array.from({ length: 60 * size }, (_, at) => {
        const label = labels[Math.floor(at / size)]!;
        return offset + next() + (label % 2 === 0 ? 3 * label : 0);
      });
      const moments = momentsOf({ features, labels, size, classes });
      const nearest = nearestOf(moments, features);
      distancesOf(moments, features).forEach((distances, row) => {
        const least = Math.min(...distances);
        // Where two classes are equally near up to rounding, either will do.
        assert.ok(distances[nearest[row]!]! <= least + 1e-9 * (1 + least));
      });
    },
  ));
});

Deno.test("nearestClass does not change with a translation, a rotation or a scaling, but where two centres are equally near", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.integer({ min: 1, max: 6 }), similarities(4), (seed, size, similarity) => {
      const next = uniform(seed);
      const centres = Array.from({ length: 4 }, () => Array.from({ length: size }, () => 2 * next()));
      const cloud = gaussianCloud(centres, 0.7, 20, seed);
      const distances = distancesOf(momentsOf(cloud), cloud.features);
      const after = moved(cloud, similarity);
      nearestOf(momentsOf(after), after.features).forEach((label, row) => {
        assert.ok(distances[row]![label]! <= Math.min(...distances[row]!) + 1e-4);
      });
    }),
  );
});

Deno.test("nearestClass gives a tie to the lowest class and nothing to a missing one", () => {
  const moments = momentsOf({ features: Float32Array.of(-1, 1), labels: Uint8Array.of(1, 2), size: 1, classes: 3 });
  assert.deepEqual([...nearestOf(moments, Float32Array.of(0, -3, 3))], [1, 1, 2]);
});

Deno.test("nearestClass keeps classes apart that are 1e-4 from each other and 1000 from zero", () => {
  const cloud = gaussianCloud([[1000, 0], [1000, 1e-4], [1000, 2e-4]], 1e-6, 100, 4);
  assert.deepEqual([...nearestOf(momentsOf(cloud), cloud.features)], [...cloud.labels]);
});

Deno.test("countNcc() counts each class's hits and where the network says the same", () => {
  const counts = countNcc(Int32Array.of(0, 1, 1, 2), Uint8Array.of(0, 1, 2, 2), Uint16Array.of(0, 0, 1, 0), 3);
  assert.deepEqual(counts, { correct: Int32Array.of(1, 1, 1), agree: 2 });
});

Deno.test("predictedClasses() gives the largest logit, the lowest class in a tie", () => {
  assert.deepEqual([...predictedClasses(Float32Array.of(0, 2, 1, 5, 5, 5, -3, -2, -1), 3)], [1, 0, 2]);
});

Deno.test("predictedClasses() refuses logits that are not finite", () => {
  assert.throws(() => predictedClasses(Float32Array.of(0, 2, 1, NaN, 5, 5), 3), {
    message: "The logit of class 0 is not finite; the network has diverged",
  });
});
