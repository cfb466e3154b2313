import assert from "node:assert/strict";
import fc from "fast-check";
import { fingerprintOf } from "../../../lib/pipeline/plan/fingerprint.ts";
import type { Identity } from "../../../lib/pipeline/plan/identity.ts";
import { canonical, Float, type Value } from "../../../lib/pipeline/value.ts";

const hashes = fc.stringMatching(/^[0-9a-f]{8}$/);
const paths = fc.constantFrom("a", "b", "a/b", "data/mnist");
const values: fc.Arbitrary<Value> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }).map((value) => new Float(value)),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 2 }),
);

const identities: fc.Arbitrary<Identity> = fc.record({
  run: paths,
  closure: hashes,
  with: fc.dictionary(fc.constantFrom("lr", "depth", "model"), fc.integer(), { noNullPrototype: true }),
  resolved: fc.dictionary(fc.constantFrom("runtime"), fc.string(), { noNullPrototype: true }),
  params: fc.dictionary(
    fc.constantFrom("params.yaml"),
    fc.dictionary(fc.constantFrom("lr", "train.lr"), values, { noNullPrototype: true }),
    { noNullPrototype: true },
  ),
  env: fc.dictionary(fc.constantFrom("HOME", "TOKEN"), fc.option(hashes), { noNullPrototype: true }),
  wdir: paths,
  deps: fc.array(fc.record({ path: paths, name: paths, index: fc.nat(2), sha256: hashes, size: fc.nat(3) }), {
    maxLength: 2,
  }),
  outs: fc.array(fc.record({ path: paths, name: paths, persist: fc.boolean() }), { maxLength: 2 }),
});

Deno.test("two identities have the same fingerprint exactly if all their parts are equal", () => {
  fc.assert(fc.property(identities, identities, (one, other) => {
    for (const part of Object.keys(one) as (keyof Identity)[]) {
      const changed = { ...one, [part]: other[part] };
      const isEqual = canonical(one[part] as Value) === canonical(other[part] as Value);
      assert.equal(fingerprintOf(changed) === fingerprintOf(one), isEqual, part);
    }
  }));
});

Deno.test("a fingerprint does not depend on the order of keys", () => {
  fc.assert(fc.property(identities, (identity) => {
    const reversed = Object.fromEntries(Object.entries(identity).toReversed()) as unknown as Identity;
    assert.equal(fingerprintOf(reversed), fingerprintOf(identity));
  }));
});
