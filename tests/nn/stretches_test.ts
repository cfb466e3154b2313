import assert from "node:assert/strict";
import fc from "fast-check";
import { missingStretches } from "../../lib/nn/stretches.ts";

Deno.test("missingStretches() begins at the beginning where nothing is known", () => {
  assert.deepEqual(missingStretches([0, 2, 5], []), [{ until: 5 }]);
});

Deno.test("missingStretches() goes on from the last epoch for a longer training, and fills a gap from the epoch before it", () => {
  assert.deepEqual(missingStretches([0, 10, 15], [0, 10]), [{ from: 10, until: 15 }]);
  assert.deepEqual(missingStretches([0, 7, 10], [0, 5, 10]), [{ from: 5, until: 7 }]);
  assert.deepEqual(missingStretches([0, 10], [0, 5, 10]), []);
});

Deno.test("missingStretches() leads through each wanted epoch that is not known, and through no known one", () => {
  const epochs = fc.uniqueArray(fc.nat(30)).map((list) => list.toSorted((a, b) => a - b));
  fc.assert(fc.property(epochs, epochs, (wanted, known) => {
    const passed = missingStretches(wanted, known).flatMap(({ from, until }) => {
      assert.ok(from === undefined || known.includes(from));
      const first = from === undefined ? 0 : from + 1;
      return Array.from({ length: until - first + 1 }, (_, index) => first + index);
    });
    assert.equal(new Set(passed).size, passed.length);
    assert.ok(passed.every((epoch) => !known.includes(epoch)));
    assert.ok(wanted.every((epoch) => known.includes(epoch) || passed.includes(epoch)));
  }));
});
