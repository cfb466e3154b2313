import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { hashFile } from "../../../lib/pipeline/store/hash.ts";
import { Workspace } from "../../../lib/pipeline/store/workspace.ts";
import { Project, settle } from "../support/project.ts";

const FILES = 100_000;
const FOLDERS = 100;

Deno.test("of a folder of 100,000 files a later process reads none again, and after an edit one", async () => {
  await using project = await Project.make();
  for (let folder = 0; folder < FOLDERS; folder++) {
    mkdirSync(project.path(`many/${folder}`), { recursive: true });
    for (let file = 0; file < FILES / FOLDERS; file++) {
      writeFileSync(project.path(`many/${folder}/${file}.txt`), `${folder} ${file}`);
    }
  }
  await settle();
  const read: string[] = [];
  const digest = async () => {
    read.length = 0;
    using workspace = await Workspace.open(project.folder);
    const found = await workspace.digests.digest(project.path("many"), (path) => {
      read.push(path);
      return hashFile(path);
    });
    assert.ok(found?.kind === "directory");
    assert.equal(found.files.length, FILES);
    return found.sha256;
  };
  const first = await digest();
  assert.equal(read.length, FILES);
  assert.equal(await digest(), first);
  assert.deepEqual(read, []);
  project.write("many/7/77.txt", "edited");
  assert.notEqual(await digest(), first);
  assert.deepEqual(read, [project.path("many/7/77.txt")]);
});
