import assert from "node:assert/strict";
import fc from "fast-check";
import { effectiveRank, widestRanked } from "../../lib/collapse/effective_rank.ts";
import { LayerMeasurement } from "../../lib/collapse/measurement.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import {
  assertClose,
  type Cloud,
  cloudNetwork,
  cloudSets,
  gaussianCloud,
  moved,
  normal,
  ranksOf,
  similarities,
  simplex,
} from "./clouds.ts";

Deno.test("effectiveRank() is the number of equal singular values, 1 of a single one, and not moved by zeros or a factor", () => {
  assertClose(effectiveRank([3, 3, 3, 3]), 4, 1e-15);
  assert.equal(effectiveRank([5]), 1);
  assert.equal(effectiveRank([2, 1, 0, 0]), effectiveRank([2, 1]));
  assertClose(effectiveRank([2, 1]), Math.exp(2 / 3 * Math.log(1.5) + Math.log(3) / 3), 1e-15);
  assertClose(effectiveRank([2e-200, 1e-200]), effectiveRank([2, 1])!, 1e-15);
  assert.equal(effectiveRank([0, 0]), null);
  assert.equal(effectiveRank([]), null);
});

/** For each class, examples at `centre ± deviation` along each axis in turn. */
function crosses(centres: readonly (readonly number[])[], deviations: readonly number[], times = [1, 1]): Cloud {
  const rows = centres.flatMap((centre, label) =>
    Array.from({ length: times[label] ?? 1 }, () =>
      deviations.flatMap((deviation, axis) =>
        [-1, 1].map((sign) => ({
          label,
          row: centre.map((value, at) => at === axis ? value + sign * deviation : value),
        }))
      )).flat()
  );
  return {
    features: Float32Array.from(rows.flatMap(({ row }) => row)),
    labels: Uint8Array.from(rows.map(({ label }) => label)),
    size: deviations.length,
    classes: centres.length,
  };
}

Deno.test("effectiveRanks() within classes are that of the deviations along the axes, wherever the classes lie", () => {
  const cloud = crosses([[1000, 0, 0], [0, -50, 8]], [4, 2, 1]);
  assertClose(ranksOf(cloud).within, effectiveRank([4, 2, 1])!, 1e-12);
});

Deno.test("effectiveRanks() of all features add what the means contribute, each class weighing the same", () => {
  // Between the classes 16 along the first axis; within them a third of 9, 9 and 0.75 along each.
  const variances = [16 + 3, 3, 0.25];
  for (const times of [[1, 1], [1, 5]]) {
    const cloud = crosses([[4, 1, 2], [-4, 1, 2]], [3, 3, Math.sqrt(0.75)], times);
    assertClose(ranksOf(cloud).total, effectiveRank(variances.map(Math.sqrt))!, 1e-7);
  }
});

Deno.test("effectiveRanks() of exact collapse onto a simplex are C - 1, and without a value within classes", () => {
  const cloud = gaussianCloud(simplex(5), 0, 6, 1);
  assertClose(ranksOf(cloud).total, 4, 1e-12);
  assert.equal(ranksOf(cloud).within, null);
});

Deno.test("effectiveRanks() of features that do not vary have no value", () => {
  const cloud = gaussianCloud([[1, 2, 3], [1, 2, 3]], 0, 6, 1);
  assert.deepEqual(ranksOf(cloud), { total: null, within: null });
});

Deno.test("effectiveRanks() take what rounding leaves of dimensions that are not there as nothing", () => {
  const cloud = gaussianCloud(simplex(4), 0.3, 30, 1);
  const repeated = Float32Array.from({ length: 3 * cloud.features.length }, (_, at) => {
    return cloud.features[4 * Math.floor(at / 12) + at % 4]!;
  });
  const [found, expected] = [ranksOf({ ...cloud, size: 12, features: repeated }), ranksOf(cloud)];
  assertClose(found.total, expected.total!, 1e-12);
  assertClose(found.within, expected.within!, 1e-12);
});

Deno.test("effectiveRanks() do not change with a translation, a rotation or a scaling, nor with the size of the steps", () => {
  const cloud = gaussianCloud([[3, 0, 1], [0, 2, 0], [1, 1, 4]], 0.5, 20, 3);
  const before = ranksOf(cloud);
  fc.assert(
    fc.property(similarities(10), fc.integer({ min: 1, max: 60 }), (similarity, batch) => {
      const after = ranksOf(moved(cloud, similarity), batch);
      assertClose(after.total, before.total!, 1e-5);
      assertClose(after.within, before.within!, 1e-5);
      assertClose(ranksOf(cloud, batch).within, before.within!, 1e-12);
    }),
    { numRuns: 40, seed: 1 },
  );
});

Deno.test("LayerMeasurement gives effective ranks where they are asked for, of layers that are not too wide", async () => {
  const next = normal(2);
  const corner = (size: number) => Array.from({ length: 2 }, () => Array.from({ length: size }, next));
  const clouds = [widestRanked, widestRanked + 1].map((size) => gaussianCloud(corner(size), 1, 30, 5));
  const measurement = new LayerMeasurement(cloudNetwork(clouds), { runtime: onnxRuntime, threads: 1 });
  const sets = cloudSets(clouds, 40, new Float32Array(120));
  const asked = await measurement.measure({ sets, ranks: true });
  const unasked = await measurement.measure({ sets });
  await measurement.dispose();
  assert.deepEqual(asked.map(({ ranks }) => ranks === null), [false, false, true, true]);
  // Within two classes of n examples in all, features span n - 2 dimensions at most.
  asked.slice(0, 2).forEach(({ ranks }, index) => {
    const most = [38, 18][index]!;
    assert.ok(ranks!.within! > 0.95 * most && ranks!.within! < most);
  });
  assert.deepEqual(unasked, asked.map((row) => ({ ...row, ranks: null })));
});
