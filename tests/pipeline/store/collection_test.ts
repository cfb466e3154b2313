import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import fc from "fast-check";
import { collect, planCollection } from "../../../lib/pipeline/store/collection.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import type { LockContent } from "../../../lib/pipeline/store/lock_text.ts";
import { manifestText } from "../../../lib/pipeline/store/manifest.ts";
import { needsOf } from "../../../lib/pipeline/store/needs.ts";
import type { OutRecord } from "../../../lib/pipeline/store/out_record.ts";
import type { Workspace } from "../../../lib/pipeline/store/workspace.ts";
import { Project } from "../support/project.ts";

/** Stores a result of files with the given texts, in a folder, last used at a time in s. */
async function store(workspace: Workspace, name: string, texts: readonly string[], used: number): Promise<OutRecord[]> {
  const files = texts.map((text, index) => ({ path: `${index}`, sha256: sha256(text), size: text.length }));
  for (const text of texts) await workspace.blobs.putText(text);
  const digest = await workspace.blobs.putText(manifestText(files));
  const outs: OutRecord[] = [{ path: "out", kind: "directory", sha256: digest, size: 0, files: files.length }];
  const fingerprint = sha256(name);
  workspace.results.write({ schema: 1, fingerprint, stage: name, deno: "2.0.0", outs });
  utimesSync(workspace.results.path(fingerprint), used, used);
  return outs;
}

function lock(...stages: readonly (readonly [name: string, outs: readonly OutRecord[]])[]): LockContent {
  const records = stages.map(([name, outs]) =>
    [name, { fingerprint: sha256(name), deno: "2.0.0", deps: [], outs }] as const
  );
  return { stages: new Map(records), closures: new Map() };
}

const bytesOf = (workspace: Workspace): number => [...workspace.blobs.sizes().values()].reduce((a, b) => a + b, 0);

Deno.test("what was used least recently goes first, until the rest fits the budget", async () => {
  await using project = await Project.make();
  const { workspace } = project;
  for (const [name, used] of [["old", 1], ["new", 3], ["middle", 2]] as const) {
    await store(workspace, name, [name.padEnd(1000, ".")], used);
  }
  const all = bytesOf(workspace);
  const needs = needsOf([], workspace.results);
  assert.deepEqual(planCollection(workspace, needs, all).entries, []);
  const one = planCollection(workspace, needs, all - 1);
  assert.deepEqual(one.entries.map(({ stage }) => stage), ["old"]);
  assert.deepEqual(planCollection(workspace, needs, 1500).entries.map(({ stage }) => stage), ["old", "middle"]);
  assert.equal(bytesOf(workspace), all, "planning removes nothing");
  collect(workspace, one);
  assert.equal(bytesOf(workspace), one.left);
  assert.equal(one.freed + one.left, all);
});

Deno.test("a result that was of use just now is the last to go", async () => {
  await using project = await Project.make();
  const { workspace } = project;
  await store(workspace, "a", ["a"], 1);
  await store(workspace, "b", ["b"], 2);
  workspace.results.use(sha256("a"));
  const { entries } = planCollection(workspace, needsOf([], workspace.results), 0);
  assert.deepEqual(entries.map(({ stage }) => stage), ["b", "a"]);
});

Deno.test("what nothing names goes without a budget; checkpoints only for one", async () => {
  await using project = await Project.make();
  const { workspace } = project;
  await store(workspace, "a", ["a"], 1);
  const stray = await workspace.blobs.putText("nobody's");
  await Deno.writeTextFile(`${workspace.states.open("f".repeat(64))}/checkpoint`, "x".repeat(100));
  const needs = needsOf([], workspace.results);
  const { entries, blobs } = planCollection(workspace, needs, Infinity);
  assert.deepEqual([entries, blobs], [[], [stray]]);
  const emptied = planCollection(workspace, needs, 0);
  assert.deepEqual(emptied.entries.map(({ kind }) => kind).toSorted(), ["checkpoint", "result"]);
  collect(workspace, emptied);
  assert.deepEqual([bytesOf(workspace), workspace.states.sizes().size, workspace.results.uses().size], [0, 0, 0]);
});

Deno.test("whatever the budget, what locks need stays whole, and so do the results that are left", async () => {
  const text = fc.constantFrom(..."abcdefgh").map((letter) => letter.repeat(100));
  const result = fc.record({ texts: fc.array(text, { maxLength: 3 }), used: fc.nat(5), locked: fc.boolean() });
  const property = fc.asyncProperty(
    fc.array(result, { maxLength: 6 }),
    fc.nat(1500),
    async (results, budget) => {
      await using project = await Project.make();
      const { workspace } = project;
      const outs = new Map<string, OutRecord[]>();
      for (const [index, { texts, used }] of results.entries()) {
        outs.set(`${index}`, await store(workspace, `${index}`, texts, used));
      }
      const locked = [...outs].filter(([name]) => results[Number(name)]!.locked);
      const needs = needsOf([lock(...locked)], workspace.results);
      const collection = planCollection(workspace, needs, budget);
      collect(workspace, collection);

      for (const [name, records] of locked) {
        assert.ok(workspace.results.hasAll(records), "a lock's contents are whole");
        assert.ok(workspace.results.read(sha256(name)) !== undefined);
      }
      for (const fingerprint of workspace.results.uses().keys()) {
        assert.ok(
          workspace.results.hasAll(workspace.results.read(fingerprint)!.outs),
          "a result that is left is whole",
        );
      }
      assert.equal(bytesOf(workspace), collection.left);
      const isFull = collection.left > budget;
      if (isFull) assert.equal(workspace.results.uses().size, locked.length, "over budget, locks alone keep results");
      const removed = collection.entries.map(({ used }) => used);
      const left = [...outs.keys()].filter((name) =>
        !results[Number(name)]!.locked && workspace.results.read(sha256(name)) !== undefined
      );
      for (const name of left) assert.ok(results[Number(name)]!.used * 1000 >= Math.max(0, ...removed));
    },
  );
  await fc.assert(property, { numRuns: 40 });
});
