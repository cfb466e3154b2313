import assert from "node:assert/strict";
import fc from "fast-check";
import { accuracyDomain, logAxis } from "../../../lib/figures/panels/domains.ts";

/** The texts of an axis by tick, read out of its expression. */
function texts(axis: { labels: string }): Record<string, string> {
  const pairs = [...axis.labels.matchAll(/'([^']+)': '([^']+)'/g)];
  return Object.fromEntries(pairs.map(([, tick, text]) => [tick!, text!]));
}

Deno.test("logAxis() holds every positive value, and ticks lie inside", () => {
  const values = fc.array(fc.double({ min: 1e-8, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(values, (list) => {
    const { domain: [low, high], ticks } = logAxis([...list, 0, null]);
    assert.ok(list.every((value) => value >= low && value <= high));
    assert.ok(ticks.every((tick) => tick >= low && tick <= high));
    assert.ok(low > 0 && low < high);
  }));
});

Deno.test("logAxis() labels decades, and 1, 2 and 5 where there are few", () => {
  assert.deepEqual(texts(logAxis([0.02, 12])), { "0.1": "0.1", "1": "1", "10": "10" });
  assert.deepEqual(texts(logAxis([0.2, 1.2])), { "0.2": "0.2", "0.5": "0.5", "1": "1" });
  assert.deepEqual(texts(logAxis([3.1, 4.3])), { "3": "3", "4": "4" });
});

Deno.test("logAxis() writes small numbers as powers of ten, every other where they are many", () => {
  assert.equal(texts(logAxis([1e-5, 1]))["0.0001"], "10⁻⁴");
  assert.deepEqual(Object.values(texts(logAxis([1e-9, 10]))).sort(), ["10⁰", "10⁻²", "10⁻⁴", "10⁻⁶", "10⁻⁸"].sort());
});

Deno.test("logAxis() holds a threshold besides, and stands without any value", () => {
  assert.ok(logAxis([0.01, 0.1], [1]).domain[1] >= 1);
  assert.ok(logAxis([null, 0]).ticks.length > 0);
});

Deno.test("accuracyDomain() ends above 1 and begins below the least", () => {
  const [low, high] = accuracyDomain([0.9, null, 0.99]);
  assert.ok(low < 0.9 && low > 0.85 && high > 1 && high < 1.02);
  assert.equal(accuracyDomain([0])[0], 0);
});

Deno.test("accuracyDomain() holds its values, however near to 1", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
    const [low, high] = accuracyDomain(values);
    assert.ok(values.every((value) => low <= value && value <= high));
  }));
  const [low] = accuracyDomain([0.9988]);
  assert.ok(low < 0.9988);
});
