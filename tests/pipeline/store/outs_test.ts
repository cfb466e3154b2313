import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitOuts, restoreOuts } from "../../../lib/pipeline/store/outs.ts";
import { Project } from "../support/project.ts";

/** Changes one bit in the middle of a file, whatever its permissions. */
function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

Deno.test("restoreOuts() gives back what commitOuts() stored", async () => {
  await using project = await Project.make({
    "file.txt": "file",
    "folder/a": "a",
    "folder/b/c": "c",
    "folder/a2": "a",
  });
  const { outs } = project.stage("s", { outs: ["file.txt", "folder"] });
  const records = await commitOuts(project.workspace, outs);
  project.remove("folder/b");
  project.write("folder/d", "d");
  project.remove("file.txt");
  assert.deepEqual(await restoreOuts(project.workspace, outs, records), { restored: true, diagnostics: [] });
  assert.deepEqual(await commitOuts(project.workspace, outs), records);
  assert.equal(project.read("folder/b/c"), "c");
});

Deno.test("an edit of a restored out does not reach into the cache", async () => {
  await using project = await Project.make({ "file.txt": "before" });
  const { outs } = project.stage("s", { outs: ["file.txt"] });
  const records = await commitOuts(project.workspace, outs);
  for (let round = 0; round < 2; round++) {
    project.write("file.txt", "edited");
    assert.equal((await restoreOuts(project.workspace, outs, records)).restored, true);
    assert.equal(project.read("file.txt"), "before");
  }
});

Deno.test("a blob with a flipped bit is a miss: it is named and deleted, and the outs stay as they were", async () => {
  for (const damaged of ["folder/b", "manifest"]) {
    await using project = await Project.make({ "file.txt": "file", "folder/a": "a", "folder/b": "second" });
    const { blobs } = project.workspace;
    const { outs } = project.stage("s", { outs: ["file.txt", "folder"] });
    const records = await commitOuts(project.workspace, outs);
    const digest = damaged === "manifest"
      ? records[1]!.sha256
      : (await project.workspace.digests.digest(project.path(damaged)))!.sha256;
    flipBit(blobs.path(digest));
    project.write("file.txt", "edited");
    project.write("folder/a", "edited");
    const { restored, diagnostics } = await restoreOuts(project.workspace, outs, records);
    assert.equal(restored, false);
    const shown = damaged === "manifest" ? "folder" : damaged;
    assert.deepEqual(diagnostics.map(({ severity, message }) => [severity, message]), [[
      "warning",
      `The cached copy of ${shown} is damaged (its content is not that of sha256 ${digest}) and was deleted`,
    ]]);
    assert.equal(blobs.has(digest), false);
    assert.equal(project.read("file.txt") + project.read("folder/a"), "editededited");
    assert.deepEqual(readdirSync(project.workspace.temporary), []);
  }
});

Deno.test("a torn blob is a miss, and storing the out again heals it", async () => {
  await using project = await Project.make({ "file.txt": "a text of some length" });
  const { outs } = project.stage("s", { outs: ["file.txt"] });
  const records = await commitOuts(project.workspace, outs);
  const blob = project.workspace.blobs.path(records[0]!.sha256);
  chmodSync(blob, 0o644);
  truncateSync(blob, 4);
  assert.equal(project.workspace.results.hasAll(records), false);
  await commitOuts(project.workspace, outs);
  project.remove("file.txt");
  assert.equal((await restoreOuts(project.workspace, outs, records)).restored, true);
  assert.equal(project.read("file.txt"), "a text of some length");
});

Deno.test("an out that cannot be moved into place leaves all outs as they were", async () => {
  await using project = await Project.make({ one: "1", "folder/two": "2" });
  const { outs } = project.stage("s", { outs: ["one", "folder/two"] });
  const records = await commitOuts(project.workspace, outs);
  project.write("one", "edited");
  project.remove("folder");
  project.write("folder", "a file where a folder has to be");
  await assert.rejects(restoreOuts(project.workspace, outs, records));
  assert.equal(project.read("one"), "edited");
  assert.deepEqual(readdirSync(project.workspace.temporary), []);
});

Deno.test("commitOuts() stores equal files once, by content", async () => {
  await using project = await Project.make({ "folder/a": "same", "folder/b": "same", "c": "same" });
  const { outs } = project.stage("s", { outs: ["folder", "c"] });
  const records = await commitOuts(project.workspace, outs);
  const cas = join(project.workspace.folder, "cache", "cas");
  const names = readdirSync(cas).flatMap((name) => readdirSync(join(cas, name)));
  assert.deepEqual(names.sort(), records.map(({ sha256 }) => sha256).sort());
});

Deno.test("an out with cache: false is hashed but not stored", async () => {
  await using project = await Project.make({ out: "text" });
  const { outs } = project.stage("s", { outs: ["out"], out: { cache: false } });
  const [record] = await commitOuts(project.workspace, outs);
  assert.equal(record!.size, 4);
  assert.equal(project.workspace.blobs.has(record!.sha256), false);
});
