import assert from "node:assert/strict";
import fc from "fast-check";
import { geometricInterval, meanInterval } from "../../../lib/figures/study/intervals.ts";
import { arithmeticSpread, geometricSpread, groupBy, rounded } from "../../../lib/figures/study/seeds.ts";

const positive = fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 8 });

Deno.test("geometricSpread() lies between the ends of its interval and is that of the reciprocals, inverted", () => {
  fc.assert(fc.property(positive, (values) => {
    const { value, low, high, zero } = geometricSpread(values);
    const interval = geometricInterval(values);
    assert.deepEqual([low, high, zero], [interval?.low ?? null, interval?.high ?? null, false]);
    if (interval !== null) assert.ok(value! >= low! * (1 - 1e-12) && value! <= high! * (1 + 1e-12));
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
  const { low, high } = meanInterval([0, 1])!;
  assert.deepEqual(arithmeticSpread([0, 1]), { value: 0.5, low, high, zero: true });
  assert.deepEqual(arithmeticSpread([0, null]), { value: null, low: null, high: null, zero: false });
  assert.deepEqual(arithmeticSpread([0.5]), { value: 0.5, low: null, high: null, zero: false });
});

Deno.test("groupBy() keeps the order of rows and of groups", () => {
  assert.deepEqual(groupBy([3, 1, 5, 2], (value) => String(value % 2)), [[3, 1, 5], [2]]);
});

Deno.test("rounded() keeps six significant digits", () => {
  assert.equal(rounded(0.0123456789), 0.0123457);
  assert.equal(rounded(null), null);
});
