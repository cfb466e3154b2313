import assert from "node:assert/strict";
import {
  differenceInterval,
  geometricInterval,
  type Interval,
  meanInterval,
  ratioInterval,
} from "../../../lib/figures/study/intervals.ts";

function assertInterval(found: Interval | null, expected: readonly [number, number, number]): void {
  assert.ok(found !== null);
  [found.estimate, found.low, found.high].forEach((value, index) => {
    assert.ok(Math.abs(value / expected[index]! - 1) < 1e-9, `${value} ${expected[index]}`);
  });
}

const [first, second] = [[0.02, 0.03, 0.025, 0.018], [0.05, 0.06, 0.052, 0.049]];

Deno.test("geometricInterval() is scipy.stats.t.interval on log10", () => {
  assertInterval(geometricInterval(first), [0.022795070569547785, 0.015842622397974696, 0.03279856258753542]);
});

Deno.test("ratioInterval() is scipy.stats.ttest_rel on log10, narrower than what seeds have in common would make it", () => {
  assertInterval(ratioInterval(first, second), [0.4335216305298048, 0.3430172883827611, 0.5479053403497952]);
});

Deno.test("differenceInterval() is scipy.stats.ttest_1samp of the differences", () => {
  assertInterval(differenceInterval([0.98, 0.97, 0.99], [0.96, 0.965, 0.97]), [
    0.015000000000000013,
    -0.006513263648747315,
    0.03651326364874734,
  ]);
});

Deno.test("no interval where a seed has no value, or there are less than two", () => {
  assert.equal(meanInterval([1]), null);
  assert.equal(meanInterval([1, null, 2]), null);
  assert.equal(geometricInterval([1, 0]), null);
  assert.equal(geometricInterval([1, -1, 2]), null);
  assert.equal(differenceInterval([1, 2], [1, null]), null);
  // The quotient of two negative numbers is positive, but has no place on the scale of either.
  assert.equal(ratioInterval([1, -1], [1, -1]), null);
  assert.deepEqual(meanInterval([3, 3]), { estimate: 3, low: 3, high: 3 });
});
