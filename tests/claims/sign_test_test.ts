import assert from "node:assert/strict";
import fc from "fast-check";
import { signTest } from "../../lib/claims/sign_test.ts";

Deno.test("signTest() is the tail of the fair binomial distribution", () => {
  assert.equal(signTest(1, 1), 0.5);
  assert.equal(signTest(5, 5), 1 / 32);
  assert.equal(signTest(4, 5), 6 / 32);
  assert.equal(signTest(0, 5), 1);
  assert.equal(signTest(0, 0), 1);
});

Deno.test("signTest() of both tails overlaps in the case at hand alone", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(30), (trials, drawn) => {
    const hits = drawn % (trials + 1);
    const exactly = signTest(hits, trials) - signTest(hits + 1, trials);
    assert.ok(Math.abs(signTest(hits, trials) + signTest(trials - hits, trials) - 1 - exactly) < 1e-12);
  }));
});
