import assert from "node:assert/strict";
import fc from "fast-check";
import { mergedLockText, mergeLocks } from "../../../lib/pipeline/store/lock_merge.ts";
import { formatLock, type LockContent, parseLock } from "../../../lib/pipeline/store/lock_text.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";

/** A lock of stages, each with a word for what it was made of. */
function lock(stages: Readonly<Record<string, string>>): LockContent {
  const records = Object.entries(stages).map(([name, word]) =>
    [name, {
      fingerprint: sha256(word),
      deno: "2.0.0",
      run: "a.ts",
      closure: sha256(`code ${word}`),
      deps: [],
      outs: [],
    }] as const
  );
  const closures = Object.values(stages).map((word) =>
    [sha256(`code ${word}`), { entry: "a.ts", modules: { "a.ts": sha256(word) }, packages: {} }] as const
  );
  return { stages: new Map(records), closures: new Map(closures) };
}

function words({ stages }: LockContent, known: readonly string[]): Record<string, string> {
  return Object.fromEntries([...stages].map(([name, { fingerprint }]) => [
    name,
    known.find((word) => sha256(word) === fingerprint)!,
  ]));
}

Deno.test("mergeLocks() takes over what one side changed, added or removed, and leaves open what both did", () => {
  const merged = mergeLocks(
    lock({ same: "a", ours: "a", theirs: "a", both: "a", alike: "a", gone: "a", torn: "a" }),
    lock({ same: "a", ours: "b", theirs: "a", both: "b", alike: "b", torn: "b", new: "a" }),
    lock({ same: "a", ours: "a", theirs: "c", both: "c", alike: "b", gone: "a" }),
  );
  assert.deepEqual(words(merged, ["a", "b", "c"]), { same: "a", ours: "b", theirs: "c", alike: "b", new: "a" });
  assert.deepEqual([...merged.conflicts.keys()].toSorted(), ["both", "torn"]);
  assert.equal(merged.conflicts.get("torn")?.theirs, undefined);
  assert.deepEqual(new Set(merged.closures.keys()), new Set(["a", "b", "c"].map((word) => sha256(`code ${word}`))));
});

Deno.test("mergedLockText() has marks around what is open, so that the lock counts as one in conflict", () => {
  const merged = mergeLocks(lock({ a: "a" }), lock({ a: "b" }), lock({ a: "c", other: "a" }));
  const text = mergedLockText(merged);
  assert.match(text, /^<<<<<<< ours\n {2}a:\n[^]*^=======\n {2}a:\n[^]*^>>>>>>> theirs\n {2}other:/m);
  const read = parseLock({ path: "/p/pipeline.lock", text });
  assert.ok(!read.ok);
  const [side] = [text.replaceAll(/<<<<<<< ours\n([^]*?)=======\n[^]*?>>>>>>> theirs\n/g, "$1")];
  const ours = parseLock({ path: "/p/pipeline.lock", text: side });
  assert.ok(ours.ok);
  assert.deepEqual(words(ours.value, ["a", "b", "c"]), { a: "b", other: "a" });
});

Deno.test("a merge is that of the stages alone: with itself nothing changes, and sides may be swapped", () => {
  const stages = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2", "3"));
  fc.assert(fc.property(stages, stages, stages, (base, ours, theirs) => {
    assert.equal(mergedLockText(mergeLocks(lock(base), lock(ours), lock(ours))), formatLock(lock(ours)));
    assert.equal(mergedLockText(mergeLocks(lock(base), lock(base), lock(ours))), formatLock(lock(ours)));
    const [one, other] = [
      mergeLocks(lock(base), lock(ours), lock(theirs)),
      mergeLocks(lock(base), lock(theirs), lock(ours)),
    ];
    assert.deepEqual(words(one, ["1", "2", "3"]), words(other, ["1", "2", "3"]));
    assert.deepEqual(new Set(one.conflicts.keys()), new Set(other.conflicts.keys()));
    for (const name of one.conflicts.keys()) {
      assert.ok(ours[name] !== theirs[name] && ours[name] !== base[name] && theirs[name] !== base[name]);
    }
  }));
});
