import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { StoredResult } from "../../../lib/pipeline/store/results.ts";
import { Project } from "../support/project.ts";

const RESULT: StoredResult = {
  schema: 1,
  fingerprint: "f".repeat(64),
  stage: "train@8",
  deno: "2.0.0",
  seconds: 12.5,
  outs: [{ path: "out", kind: "file", sha256: "0".repeat(64), size: 3 }],
};

Deno.test("read() gives back what write() entered", async () => {
  await using project = await Project.make();
  const { results } = project.workspace;
  assert.equal(results.read(RESULT.fingerprint), undefined);
  results.write(RESULT);
  assert.deepEqual(results.read(RESULT.fingerprint), RESULT);
});

Deno.test("an entry cut off at any byte, or with any bit flipped, is a miss and is deleted", async () => {
  await using project = await Project.make();
  const { results } = project.workspace;
  results.write(RESULT);
  const path = results.path(RESULT.fingerprint);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length - 1; length++) {
    writeFileSync(path, whole.subarray(0, length));
    assert.equal(results.read(RESULT.fingerprint), undefined, `cut off at ${length}`);
    assert.equal(existsSync(path), false);
  }
  for (let position = 0; position < whole.length; position++) {
    const flipped = Uint8Array.from(whole);
    flipped[position]! ^= 1 << (position % 8);
    writeFileSync(path, flipped);
    const read = results.read(RESULT.fingerprint);
    // White space may change without a change of meaning.
    if (read !== undefined) assert.deepEqual(read, RESULT);
  }
});

Deno.test("an entry under another fingerprint's name is a miss", async () => {
  await using project = await Project.make();
  const { results } = project.workspace;
  results.write(RESULT);
  const other = "e".repeat(64);
  writeFileSync(results.path(other), readFileSync(results.path(RESULT.fingerprint)));
  assert.equal(results.read(other), undefined);
});
