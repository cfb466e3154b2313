import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import type { PathDigest } from "../../../lib/pipeline/store/path_digest.ts";
import { Digests } from "../../../lib/pipeline/store/digests.ts";
import { IndexDatabase } from "../../../lib/pipeline/store/index_database.ts";
import { Workspace } from "../../../lib/pipeline/store/workspace.ts";
import { hashFile } from "../../../lib/pipeline/store/hash.ts";
import { Project, settle } from "../support/project.ts";

/** File names, some nested, none a folder of another. */
const trees = fc.uniqueArray(
  fc.record({
    path: fc.tuple(fc.constantFrom("", "a/", "a/b/", "z/"), fc.stringMatching(/^[A-Za-z0-9 é_.-]{1,8}x$/)).map((
      parts,
    ) => parts.join("")),
    text: fc.string(),
  }),
  { selector: ({ path }) => path, maxLength: 12 },
);

async function digest(project: Project, path: string): Promise<PathDigest> {
  const found = await project.workspace.digests.digest(project.path(path));
  assert.ok(found !== undefined);
  return found;
}

Deno.test("digest() of a file is the sha256 of its content", async () => {
  await using project = await Project.make({ "a.txt": "abc" });
  assert.deepEqual(await digest(project, "a.txt"), {
    kind: "file",
    sha256: createHash("sha256").update("abc").digest("hex"),
    size: 3,
    executable: false,
  });
  assert.equal(await project.workspace.digests.digest(project.path("b.txt")), undefined);
  assert.equal(await project.workspace.digests.digest(project.path("a.txt/b")), undefined);
});

Deno.test("digest() of a file larger than one read is the sha256 of all of it", async () => {
  await using project = await Project.make();
  const bytes = new Uint8Array(3 * (1 << 20) + 17).map((_, position) => position % 251);
  writeFileSync(project.path("large"), bytes);
  assert.equal((await digest(project, "large")).sha256, createHash("sha256").update(bytes).digest("hex"));
});

Deno.test("digest() of a folder is the sha256 of its manifest, sorted by path", async () => {
  await using project = await Project.make({ "f/b": "2", "f/a/c": "1", "f/a.txt": "3" });
  mkdirSync(project.path("f/empty"));
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const manifest = [["a.txt", "3"], ["a/c", "1"], ["b", "2"]]
    .map(([path, text]) => ({ path, sha256: hash(text!), size: 1 }));
  const found = await digest(project, "f");
  assert.equal(found.sha256, hash(JSON.stringify(manifest)));
  assert.equal(found.size, 3);
});

Deno.test("digest() of a folder does not depend on the order of creation, and tells any two folders apart", async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), async (files, keys) => {
      await using project = await Project.make();
      for (const name of ["one", "other"]) mkdirSync(project.path(name));
      for (const { path, text } of files) project.write(`one/${path}`, text);
      const shuffled = files.map((file, position) => ({ file, key: keys[position]! })).sort((a, b) => a.key - b.key);
      for (const { file: { path, text } } of shuffled) project.write(`other/${path}`, text);
      const { sha256 } = await digest(project, "one");
      assert.equal((await digest(project, "other")).sha256, sha256);
      for (const { path, text } of files) {
        project.write(`other/${path}`, `${text}!`);
        assert.notEqual((await digest(project, "other")).sha256, sha256);
        project.remove(`other/${path}`);
        assert.notEqual((await digest(project, "other")).sha256, sha256);
        project.write(`other/${path}`, text);
        assert.equal((await digest(project, "other")).sha256, sha256);
      }
    }),
    { numRuns: 10 },
  );
});

Deno.test("digest() sees every edit, even in quick succession with size and time stamp kept", async () => {
  await using project = await Project.make({ file: "0000" });
  const { mtime, atime } = Deno.statSync(project.path("file"));
  for (let round = 0; round < 200; round++) {
    const text = String(1000 + round);
    writeFileSync(project.path("file"), text);
    utimesSync(project.path("file"), atime!, mtime!);
    assert.equal((await digest(project, "file")).sha256, createHash("sha256").update(text).digest("hex"));
  }
});

Deno.test("digest() does not read an unchanged file again", async () => {
  await using project = await Project.make({ "folder/file": "text" });
  await settle();
  const reads: string[] = [];
  const read = (path: string) => {
    reads.push(path);
    return Promise.resolve({ sha256: "0".repeat(64), size: 4 });
  };
  await project.workspace.digests.digest(project.path("folder"), read);
  await project.workspace.digests.digest(project.path("folder"), read);
  assert.deepEqual(reads, [project.path("folder/file")]);
});

Deno.test("digest() follows symbolic links, and refuses those that lead nowhere or back", async () => {
  await using project = await Project.make({ "data/file": "text", "links/keep": "" });
  symlinkSync("../data", project.path("links/data"));
  symlinkSync("../data/file", project.path("links/file"));
  const found = await digest(project, "links");
  assert.ok(found.kind === "directory");
  assert.deepEqual(found.files.map(({ path }) => path), ["data/file", "file", "keep"]);

  symlinkSync("gone", project.path("data/dangling"));
  await assert.rejects(digest(project, "data"), /data\/dangling is a link to a file that does not exist$/);
  project.remove("data/dangling");
  symlinkSync("..", project.path("data/up"));
  await assert.rejects(digest(project, "data"), /data\/up\/data is a link to a folder that it lies in$/);
  symlinkSync("self", project.path("self"));
  await assert.rejects(digest(project, "self"), /self is a link that leads back to itself$/);
});

Deno.test("digest() refuses a pipe instead of waiting for it", async () => {
  await using project = await Project.make({ "folder/file": "" });
  await new Deno.Command("mkfifo", { args: [project.path("folder/pipe")] }).output();
  await assert.rejects(digest(project, "folder"), /folder\/pipe is neither a file nor a folder/);
});

Deno.test("digest() of a folder leaves out the folders of tools", async () => {
  await using project = await Project.make({ "p/a": "a" });
  const before = await digest(project, "p");
  for (const tool of [".git", ".pipeline", ".dvc"]) project.write(`p/${tool}/x`, tool);
  assert.equal((await digest(project, "p")).sha256, before.sha256);
});

Deno.test("digest() of two names of one file is the same", async () => {
  await using project = await Project.make({ one: "text" });
  linkSync(project.path("one"), project.path("other"));
  assert.equal((await digest(project, "one")).sha256, (await digest(project, "other")).sha256);
});

Deno.test("digest() of a folder reads the file that changed, one that came and no other, and forgets one that went", async () => {
  const names = ["a/b", "a", "é/ü", "z.txt", "\u{1f600}", "\uffee"].map((name) => `f/${name}x`);
  await using project = await Project.make(Object.fromEntries(names.map((name) => [name, name])));
  const { digests } = project.workspace;
  const read: string[] = [];
  const counted = (path: string) => {
    read.push(path);
    return hashFile(path);
  };
  await settle();
  const first = await digests.digest(project.path("f"), counted);
  assert.equal(read.length, names.length);
  read.length = 0;
  assert.deepEqual(await digests.digest(project.path("f"), counted), first);
  assert.deepEqual(read, []);

  project.write(names[2]!, "other");
  project.write("f/a/added", "new");
  project.remove(names[0]!);
  const edited = await digests.digest(project.path("f"), counted);
  assert.deepEqual(read.sort(), ["f/a/added", names[2]!].map((name) => project.path(name)).sort());
  await using copy = await Project.make(
    Object.fromEntries([
      ...names.slice(1).map((name) => [name, name === names[2] ? "other" : name] as const),
      ["f/a/added", "new"],
    ]),
  );
  assert.equal(edited?.sha256, (await digest(copy, "f")).sha256);
});

/** What stands at a path by an index of its own, which knows nothing. */
async function freshDigest(project: Project, path: string): Promise<PathDigest | undefined> {
  using index = IndexDatabase.open(":memory:");
  using digests = new Digests(index);
  return await digests.digest(project.path(path));
}

Deno.test("digest() of a folder is that of a new index, whatever was edited, and is remembered by later processes", async () => {
  await using project = await Project.make();
  for (let file = 0; file < 1100; file++) project.write(`f/${file % 7}/${file}.txt`, `text ${file}`);
  const check = async () => {
    using workspace = await Workspace.open(project.folder);
    const [found, again, fresh] = [
      await workspace.digests.digest(project.path("f")),
      await workspace.digests.digest(project.path("f")),
      await freshDigest(project, "f"),
    ];
    assert.deepEqual(found, fresh);
    assert.deepEqual(again, fresh);
    for (const path of ["f/3", "f/3/3.txt"]) {
      assert.deepEqual(await workspace.digests.digest(project.path(path)), await freshDigest(project, path));
    }
  };
  const edits: (() => void)[] = [
    () => {},
    () => project.write("f/3/3.txt", "text 4"),
    () => utimesSync(project.path("f/3/10.txt"), 0, 0),
    () => chmodSync(project.path("f/0/0.txt"), 0o755),
    () => project.remove("f/5/5.txt"),
    () => project.write("f/8/new.txt", "new"),
    () => {
      for (let file = 0; file < 1100; file++) {
        if (file !== 5) project.write(`f/${file % 7}/${file}.txt`, `other ${file}`);
      }
    },
    () => Deno.renameSync(project.path("f/3/3.txt"), project.path("f/3/4.txt")),
  ];
  for (const edit of edits) {
    edit();
    await check();
  }
  await settle();
  await check();
  for (const edit of edits.slice(1, 4)) edit();
  await check();
});

Deno.test("digest() takes over what is known of a file as part of another folder", async () => {
  await using project = await Project.make({ "f/a/one": "1", "f/a/two": "2", "f/three": "3" });
  await settle();
  const read: string[] = [];
  const counted = (path: string) => {
    read.push(path);
    return hashFile(path);
  };
  const { digests } = project.workspace;
  const take = async (path: string) => {
    read.length = 0;
    const found = await digests.digest(project.path(path), counted);
    assert.deepEqual(found, await freshDigest(project, path));
    return read.length;
  };
  assert.equal(await take("f/a"), 2);
  assert.equal(await take("f"), 1);
  assert.equal(await take("f/a/one"), 0);
  assert.equal(await take("f/three"), 0);
  project.write("f/three", "4");
  assert.equal(await take("f/three"), 1);
});

Deno.test("what was read of a folder before an error is not read again", async () => {
  await using project = await Project.make(Object.fromEntries(["a", "b", "c", "d"].map((name) => [`f/${name}`, name])));
  await settle();
  const { digests } = project.workspace;
  const read: string[] = [];
  await assert.rejects(digests.digest(project.path("f"), async (path) => {
    if (path.endsWith("c")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error("no such luck");
    }
    return await hashFile(path);
  }));
  const found = await digests.digest(project.path("f"), (path) => {
    read.push(path);
    return hashFile(path);
  });
  assert.deepEqual(read, [project.path("f/c")]);
  assert.deepEqual(found, await freshDigest(project, "f"));
});
