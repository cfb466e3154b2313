import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { type Lock, readLock, writeLock } from "../../../lib/pipeline/store/lock.ts";
import { PacedWriter } from "../../../lib/pipeline/store/paced_writer.ts";
import type { StageRecord } from "../../../lib/pipeline/store/stage_record.ts";
import { Project } from "../support/project.ts";

const record: StageRecord = {
  fingerprint: "0".repeat(64),
  deno: "2.9.6",
  cmd: ["true"],
  deps: [],
  outs: [],
} as unknown as StageRecord;

/** Enters stages, each with a change, and counts how often the file was written anew. */
function enter(lock: Lock, writer: PacedWriter, count: number, urgent: boolean): number {
  const inodes: (number | null)[] = [];
  for (let index = 0; index < count; index++) {
    lock.stages.set(`s${index}`, record);
    writer.changed(urgent);
    inodes.push(statSync(lock.path).ino);
  }
  return inodes.filter((inode, index) => inode !== inodes[index - 1]).length;
}

async function stagesOf(lock: Lock): Promise<number> {
  const read = await readLock(lock.path);
  assert.ok(read.ok);
  return read.value.stages.size;
}

Deno.test("a lock of many quick stages is not written after each one; the end writes what is missing", async () => {
  await using project = await Project.make();
  const lock: Lock = { path: project.path("pipeline.lock"), stages: new Map(), closures: new Map() };
  const writer = new PacedWriter(() => writeLock(lock, project.folder));
  const writes = enter(lock, writer, 2000, false);
  assert.ok(writes > 0 && writes < 1000, `${writes} writes`);
  writer.flush();
  assert.equal(await stagesOf(lock), 2000);
});

Deno.test("what is written nowhere else is in the lock at once", async () => {
  await using project = await Project.make();
  const lock: Lock = { path: project.path("pipeline.lock"), stages: new Map(), closures: new Map() };
  const writer = new PacedWriter(() => writeLock(lock, project.folder));
  enter(lock, writer, 2000, false);
  lock.stages.set("urgent", record);
  writer.changed(true);
  assert.equal(await stagesOf(lock), 2001);
});

Deno.test("what could not be written a little later is told at the end", async () => {
  await using project = await Project.make();
  const lock: Lock = { path: project.path("pipeline.lock"), stages: new Map(), closures: new Map() };
  const writer = new PacedWriter(() => writeLock(lock, project.folder));
  enter(lock, writer, 2000, false);
  Deno.removeSync(lock.path);
  Deno.mkdirSync(lock.path);
  assert.throws(() => writer.flush());
});
