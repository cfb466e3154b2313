import assert from "node:assert/strict";
import { FileHelpers } from "../../../lib/pipeline/store/file_helpers.ts";
import { SIZE, STATE_NUMBERS, UNSETTLED_MS } from "../../../lib/pipeline/store/file_state.ts";
import { OUTCOME } from "../../../lib/pipeline/store/file_work.ts";
import { DIGEST_BYTES } from "../../../lib/pipeline/store/folder_record.ts";
import { fileWork } from "../../../lib/pipeline/store/folder_walk.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import { Project } from "../support/project.ts";

const NAMES = Array.from({ length: 250 }, (_, index) => `${index}.txt`);

function content(name: string): string {
  return name.repeat(1 + name.length % 3);
}

for (
  const [title, isHelped, lost] of [["alone", false, 0], ["with helpers", true, 0], [
    "for one that died",
    true,
    3,
  ]] as const
) {
  Deno.test(`files are looked at and hashed in chunks, each once: ${title}`, async () => {
    await using project = await Project.make(Object.fromEntries(NAMES.map((name) => [name, content(name)])));
    using helpers = new FileHelpers(200);
    if (isHelped) helpers.start();
    const look = fileWork("stat", project.folder, [...NAMES, "gone.txt"], 20);
    // Taken by nobody who is there.
    look.progress[0] = lost;
    await helpers.do(look);
    assert.equal(look.outcomes.at(-1), OUTCOME.none);
    assert.deepEqual(
      NAMES.map((_, at) => look.states[at * STATE_NUMBERS + SIZE]),
      NAMES.map((name) => content(name).length),
    );

    const states = new Float64Array(new SharedArrayBuffer(8 * STATE_NUMBERS * NAMES.length));
    states.set(look.states.subarray(0, states.length));
    project.write(NAMES[7]!, "edited since");
    const reading = fileWork("hash", project.folder, NAMES, 20, states);
    reading.progress[0] = lost;
    reading.outcomes[8] = OUTCOME.known;
    await helpers.do(reading);
    for (const [at, name] of NAMES.entries()) {
      const found = reading.digests.subarray(DIGEST_BYTES * at, DIGEST_BYTES * (at + 1)).toHex();
      const isLeft = at === 7 || at === 8;
      assert.equal(found, isLeft ? "00".repeat(DIGEST_BYTES) : sha256(content(name)), name);
    }
    assert.equal(reading.outcomes[7], OUTCOME.none);
  });

  Deno.test(`of files that were settled when their states were told the content is as it is now: ${title}`, async () => {
    await using project = await Project.make(Object.fromEntries(NAMES.map((name) => [name, content(name)])));
    using helpers = new FileHelpers(200);
    if (isHelped) helpers.start();
    const look = { ...fileWork("stat", project.folder, NAMES, 20) };
    await helpers.do(look);
    const edited = content(NAMES[7]!).replaceAll(/./g, "x");
    project.write(NAMES[7]!, edited);
    const reading = fileWork("hash", project.folder, NAMES, 20, look.states, Date.now() + 2 * UNSETTLED_MS);
    reading.progress[0] = lost;
    await helpers.do(reading);
    assert.equal(reading.digests.subarray(DIGEST_BYTES * 7, DIGEST_BYTES * 8).toHex(), sha256(edited));
    assert.ok(reading.outcomes.every((outcome) => outcome === OUTCOME.settled));
  });
}
