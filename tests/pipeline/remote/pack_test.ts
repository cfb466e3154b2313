import assert from "node:assert/strict";
import fc from "fast-check";
import { packed, readPack, writePack } from "../../../lib/pipeline/remote/pack.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";

const names = (texts: readonly string[]) => texts.map((text) => ({ sha256: sha256(text), size: text.length }));

Deno.test("a pack gives back what was put in, by digest", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (contents) => {
    const read = readPack(writePack(contents.map((content) => new Uint8Array(content))))!;
    assert.deepEqual([...read.keys()].toSorted(), [...new Set(contents.map((content) => sha256(content)))].toSorted());
    for (const [digest, content] of read) assert.equal(sha256(content), digest);
  }));
});

Deno.test("of a damaged pack, no content comes out that is not what its digest says", () => {
  const contents = Array.from({ length: 5 }, (_, index) => new TextEncoder().encode(`content ${index}`));
  const pack = writePack(contents);
  fc.assert(fc.property(fc.nat(pack.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
    const torn = pack.slice();
    torn[position]! ^= change;
    for (const [digest, content] of readPack(torn) ?? []) assert.equal(sha256(content), digest);
    for (const [digest, content] of readPack(pack.subarray(0, position)) ?? []) assert.equal(sha256(content), digest);
  }));
});

Deno.test("all contents are in one pack each, in the order of digests, however they come", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string(), { maxLength: 2000 }), (texts) => {
    const contents = names(texts);
    const packs = packed(contents);
    assert.deepEqual(packs.flat(), contents.toSorted((one, other) => one.sha256 < other.sha256 ? -1 : 1));
    assert.deepEqual(packed(contents.toReversed()), packs);
  }));
});

Deno.test("of 10,000 files one of which changed, all packs but two at most are as they were", () => {
  const texts = Array.from({ length: 10_000 }, (_, index) => `file ${index}`);
  const of = (texts: readonly string[]): Set<string> =>
    new Set(packed(names(texts)).map((pack) => pack.map(({ sha256 }) => sha256).join()));
  const [before, after] = [of(texts), of(["another", ...texts.slice(1)])];
  assert.ok(before.size > 10 && before.size < 100, `${before.size}`);
  assert.ok(after.difference(before).size <= 2);
});
