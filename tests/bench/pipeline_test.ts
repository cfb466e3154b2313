import assert from "node:assert/strict";
import { join } from "node:path";
import { measure, timesTable } from "../../bench/pipeline/measurement.ts";
import { own } from "../../bench/pipeline/programs.ts";
import { chains, writeInputs } from "../../bench/pipeline/sketch.ts";

Deno.test("the benchmark's stages run, and are found unchanged; what does something else ends it", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "pipeline-bench-" }));
  try {
    const stages = chains(12);
    await writeInputs(folder, stages);
    await own.prepare(folder, stages);
    const invocation = own.repro(folder, 2);
    let resets = 0;
    const contender = { name: own.name, folder, invocation, says: own.unchanged };
    await assert.rejects(measure([contender], 1, 0), /mindepth did something else: .*12 ran/s);
    const times = await measure([{ ...contender, reset: () => Promise.resolve(void resets++) }], 1, 1);
    assert.equal(times.get(own.name)?.length, 1);
    assert.equal(resets, 2);
    assert.equal(await Deno.readTextFile(join(folder, "out/11.txt")), "in/11.txt\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("timesTable() compares with the first program, round by round", () => {
  assert.deepEqual(timesTable(new Map([["ours", [1, 2, 4]], ["theirs", [10, 10, 80]]])), [
    "| ours | 2.00 | 1.00 |  |",
    "| theirs | 10.00 | 10.00 | 10.0 |",
  ]);
});
