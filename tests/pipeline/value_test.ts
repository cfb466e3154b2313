import assert from "node:assert/strict";
import fc from "fast-check";
import { canonical, Float, toJson, type Value } from "../../lib/pipeline/value.ts";

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.integer({ min: -3, max: 3 }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
    fc.double().map((number) => new Float(number)),
    fc.integer({ min: -3, max: 3 }).map((number) => new Float(number)),
    fc.string(),
    fc.constantFrom("1", "1.0", "null", "true", "{}", "[]"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 3 }),
  ),
}));

/** Equality of values, without a word of `canonical`: kinds, then contents; NaN equals itself, 0.0 differs from -0.0. */
function same(a: Value, b: Value): boolean {
  if (a instanceof Float || b instanceof Float) {
    return a instanceof Float && b instanceof Float && Object.is(a.value, b.value);
  }
  if (typeof a === "number" && typeof b === "number") return a === b;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map<string, Value>(Object.entries(b))];
  return left.length === right.size &&
    left.every(([key, item]) => right.has(key) && same(item, right.get(key) as Value));
}

Deno.test("canonical() is equal exactly for equal values", () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.equal(canonical(a) === canonical(b), same(a, b));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("canonical() does not depend on the order of keys", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), value), (map) => {
    assert.equal(canonical(Object.fromEntries(Object.entries(map).reverse())), canonical(map));
  }));
});

Deno.test("canonical() keeps floats apart from ints", () => {
  assert.equal(
    canonical([1, new Float(1), new Float(-0), new Float(1e21), 2n ** 60n, 0.5]),
    "[1,1.0,-0.0,1e+21,1152921504606846976,0.5]",
  );
});

Deno.test("toJson() makes one of int and float, and text of what JSON has no number for", () => {
  assert.deepEqual(toJson({ a: new Float(1), b: [2n ** 60n, new Float(Infinity)], c: null }), {
    a: 1,
    b: ["1152921504606846976", "Infinity"],
    c: null,
  });
});
