import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { STATE_NUMBERS } from "../../../lib/pipeline/store/file_state.ts";
import type { FolderReader } from "../../../lib/pipeline/store/folder_reader.ts";
import { linuxFolderReader } from "../../../lib/pipeline/store/linux_folder_reader.ts";
import { PortableFolderReader } from "../../../lib/pipeline/store/portable_folder_reader.ts";
import { Project } from "../support/project.ts";

const ignore = Deno.build.os !== "linux";

/** All that a reader tells of some paths. */
function told(reader: FolderReader, paths: readonly string[]): unknown {
  const target = new Uint8Array(64);
  return paths.map((path) => {
    const [state, after] = [new Float64Array(STATE_NUMBERS), new Float64Array(STATE_NUMBERS)];
    const isFile = reader.tell(path, state, 0);
    const count = reader.read(path, target, target.length, after);
    assert.equal(reader.read(path, target, target.length), count);
    return { path, isFile, state: [...state], count, after: [...after], text: text(target.subarray(0, count)) };
  });
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Holds the readers of a folder to tell the same, also of paths that are not there. */
function agree(folder: string, ...more: string[]): void {
  using own = linuxFolderReader(folder)!;
  using portable = new PortableFolderReader(folder);
  const listed = portable.list("").map(({ name, isFile }) => ({ name, isFile }));
  assert.deepEqual(own.list(""), listed);
  const paths = [...listed.map(({ name }) => name), ...more];
  assert.deepEqual(told(own, paths), told(portable, paths));
}

Deno.test("Linux's own calls tell what Deno's do", { ignore }, async () => {
  await using project = await Project.make({ "folder/inside.txt": "inside", "plain.txt": "plain", "größe 🎈.txt": "" });
  writeFileSync(Buffer.from(`${project.folder}/broken-\xff`, "latin1"), "a name that is no UTF-8");
  chmodSync(project.path("plain.txt"), 0o755);
  symlinkSync("plain.txt", project.path("link"));
  symlinkSync("nowhere", project.path("dangling"));
  symlinkSync("folder", project.path("link to a folder"));
  for (const [name, time] of [["old", 0.5], ["ancient", -1e9], ["fine", 1.7e9 + 0.123456], ["late", 5e9]] as const) {
    project.write(name, name.repeat(40));
    utimesSync(project.path(name), time, time);
  }
  agree(
    project.folder,
    "folder/inside.txt",
    "folder/none",
    "none",
    "plain.txt/none",
    "x".repeat(300),
    "é".repeat(5000),
  );
  using reader = linuxFolderReader(project.folder)!;
  assert.deepEqual(reader.list("folder"), [{ name: "inside.txt", isFile: true }]);
  assert.throws(() => reader.list("none"), Deno.errors.NotFound);
  assert.throws(() => linuxFolderReader(project.path("none"))!.list(""), Deno.errors.NotFound);
  assert.equal(linuxFolderReader(project.path("none"))!.tell("x", new Float64Array(STATE_NUMBERS), 0), false);
});

Deno.test("Linux's own calls tell what Deno's do, whatever the names and contents", { ignore }, async () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 40 })
    .filter((name) => !/[/\0]/.test(name) && name !== "." && name !== ".." && name.isWellFormed());
  await using project = await Project.make();
  let run = 0;
  fc.assert(
    fc.property(fc.dictionary(name, fc.string({ maxLength: 200 }), { maxKeys: 20 }), (files) => {
      const folder = project.path(`${run++}`);
      mkdirSync(folder);
      for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content);
      agree(folder);
    }),
    { numRuns: 30 },
  );
});

Deno.test("a folder of many files is listed whole", { ignore }, async () => {
  await using project = await Project.make();
  const folder = project.path("many");
  mkdirSync(folder);
  for (let file = 0; file < 20_000; file++) writeFileSync(`${folder}/a file with a long name ${file}.txt`, "");
  using own = linuxFolderReader(folder)!;
  using portable = new PortableFolderReader(folder);
  assert.deepEqual(own.list(""), portable.list("").map(({ name, isFile }) => ({ name, isFile })));
});
