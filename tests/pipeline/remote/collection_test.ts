import assert from "node:assert/strict";
import fc from "fast-check";
import { type Inventory, planRemoteCollection } from "../../../lib/pipeline/remote/collection.ts";
import type { StoredItem } from "../../../lib/pipeline/remote/object_store.ts";
import { RemoteError } from "../../../lib/pipeline/remote/remote_error.ts";

const NOW = 1e12;
const DAY = 24 * 60 * 60 * 1000;

/** Some contents, and entries that name some of them; each entry's fingerprint is its name. */
const inventories: fc.Arbitrary<Inventory> = fc.record({
  sizes: fc.array(fc.record({ size: fc.nat(1000), age: fc.nat(3 * DAY) }), { minLength: 1, maxLength: 12 }),
  uses: fc.array(fc.record({ names: fc.array(fc.nat(), { maxLength: 5 }), age: fc.nat(9 * DAY), size: fc.nat(50) }), {
    maxLength: 8,
  }),
}).map(({ sizes, uses }) => {
  const contents = sizes.map(({ size, age }, index): StoredItem => ({
    kind: "cas",
    name: `content ${index}`,
    size,
    modified: NOW - age,
  }));
  const entries = uses.map(({ names, age, size }, index) => ({
    item: { kind: "ac", name: `entry ${index}`, size, modified: NOW - age } as const,
    entry: {
      schema: 1,
      result: { schema: 1, fingerprint: `entry ${index}`, stage: "s", deno: "2", outs: [] },
      contents: names.map((name) => contents[name % contents.length]!).map(({ name, size }) => ({
        sha256: name,
        size,
      })),
      packs: [],
    } as const,
  }));
  return { contents, entries, refused: [] };
});

Deno.test("a collection leaves every kept entry whole, keeps what locks need, and fits where that lets it", () => {
  fc.assert(fc.property(inventories, fc.nat(4000), fc.nat(7), (inventory, budget, locked) => {
    const needed = new Set(inventory.entries.slice(0, locked).map(({ item }) => item.name));
    const { entries, contents, freed, left } = planRemoteCollection(inventory, needed, budget, NOW);
    const gone = new Set([...entries, ...contents].map(({ name }) => name));
    const kept = inventory.entries.filter(({ item }) => !gone.has(item.name));
    for (const name of needed) assert.ok(!gone.has(name));
    for (const { entry } of kept) for (const { sha256 } of entry.contents) assert.ok(!gone.has(sha256));
    const all = [...inventory.contents, ...inventory.entries.map(({ item }) => item)];
    const bytes = (items: readonly StoredItem[]): number => items.reduce((sum, { size }) => sum + size, 0);
    assert.equal(left, bytes(all.filter(({ name }) => !gone.has(name))));
    assert.equal(freed, bytes(all) - left);
    if (left > budget) assert.deepEqual(kept.filter(({ item }) => !needed.has(item.name)), []);
    const named = new Set(inventory.entries.flatMap(({ entry }) => entry.contents.map(({ sha256 }) => sha256)));
    for (const { name, modified } of inventory.contents) {
      if (!named.has(name)) {
        assert.equal(gone.has(name), modified + DAY < NOW, "what a push may have yet to name stays a day");
      }
    }
  }));
});

Deno.test("nothing is removed where another version has written what this one cannot read", () => {
  const item: StoredItem = { kind: "ac", name: "a", size: 1, modified: 0 };
  const inventory = { entries: [], contents: [], refused: [{ item, because: "is newer", isNewer: true }] };
  assert.throws(() => planRemoteCollection(inventory, new Set(), 0, NOW), RemoteError);
});
