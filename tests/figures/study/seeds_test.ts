import assert from "node:assert/strict";
import fc from "fast-check";
import { geometricInterval, meanInterval } from "../../../lib/figures/study/intervals.ts";
import { arithmeticSpread, geometricSpread, groupBy, rounded } from "../../../lib/figures/study/seeds.ts";

const positive = fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 8 });

Deno.test("geometricSpread() lies between the ends of its interval and is that of the reciprocals, inverted", () => {
  fc.assert(fc.property(positive, (values) => {
    const { value, low, high, zero } = geometricSpread(values);
    const interval = values.length < 3 ? null : geometricInterval(values);
    const two = values.length === 2 ? [Math.min(...values), Math.max(...values)] : [null, null];
    assert.deepEqual([low, high, zero], [interval?.low ?? two[0], interval?.high ?? two[1], false]);
    if (low !== null) assert.ok(value! >= low! * (1 - 1e-12) && value! <= high! * (1 + 1e-12));
    const inverse = geometricSpread(values.map((entry) => 1 / entry)).value!;
    assert.ok(Math.abs(inverse * value! - 1) < 1e-9);
  }));
});

Deno.test("geometricSpread() keeps the bits of a single seed", () => {
  fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (value) => {
    assert.equal(geometricSpread([value]).value, value);
  }));
});

Deno.test("geometricSpread() has no value where a seed has none or is zero, and tells the two apart", () => {
  const none = { value: null, low: null, high: null };
  for (const values of [[], [null], [1, null], [-1], [0, null]]) {
    assert.deepEqual(geometricSpread(values), { ...none, zero: false });
  }
  for (const values of [[0], [1, 0], [0, 0]]) assert.deepEqual(geometricSpread(values), { ...none, zero: true });
});

Deno.test("arithmeticSpread() takes zero for a value", () => {
  assert.deepEqual(arithmeticSpread([0, 1], [0, 1]), { value: 0.5, low: 0, high: 1, zero: true });
  assert.deepEqual(arithmeticSpread([0, null], [0, 1]), { value: null, low: null, high: null, zero: false });
  assert.deepEqual(arithmeticSpread([0.5], [0, 1]), { value: 0.5, low: null, high: null, zero: false });
});

Deno.test("arithmeticSpread() has the interval of three seeds, cut off where values cannot lie", () => {
  const { low, high } = meanInterval([4, 5, 4])!;
  const value = 13 / 3;
  assert.deepEqual(arithmeticSpread([4, 5, 4], [0, 8]), { value, low, high, zero: false });
  assert.deepEqual(arithmeticSpread([4, 5, 4], [3.5, 5]), { value, low: 3.5, high: 5, zero: false });
});

Deno.test("groupBy() keeps the order of rows and of groups", () => {
  assert.deepEqual(groupBy([3, 1, 5, 2], (value) => String(value % 2)), [[3, 1, 5], [2]]);
});

Deno.test("rounded() keeps six significant digits", () => {
  assert.equal(rounded(0.0123456789), 0.0123457);
  assert.equal(rounded(null), null);
});
