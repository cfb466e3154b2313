import assert from "node:assert/strict";
import { stageOf, type StageSketch, temporaryFolder } from "../support/stage_sketch.ts";
import { trial } from "../support/stage_trial.ts";

async function output(sketch: StageSketch): Promise<readonly string[]> {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/inner`);
  const { outcome, lines } = await trial(folder.path, stageOf(folder.path, sketch));
  assert.equal(outcome.kind, "succeeded");
  return lines.map((line) => line.replaceAll(folder.path, "<folder>"));
}

Deno.test("each line of cmd is a process of its own in the stage's folder", async () => {
  assert.deepEqual(await output({ wdir: "inner", cmd: ["cd ..; value=1; pwd", 'pwd; echo "[$value]"'] }), [
    "<folder>",
    "<folder>/inner",
    "[]",
  ]);
});

Deno.test("a list entry of several lines is one process", async () => {
  assert.deepEqual(await output({ cmd: ["value=1\necho $value"] }), ["1"]);
});

Deno.test("cmd sees the environment, and what DVC adds", async () => {
  const lines = await output({
    name: "train@8",
    cmd: ['echo "$DVC_ROOT $DVC_STAGE"', '[ -n "$PATH$HOME" ] && echo set'],
  });
  assert.deepEqual(lines, ["<folder> train@8", "set"]);
});

Deno.test("cmd with env sees the declared variables alone, besides PATH and HOME", async () => {
  Deno.env.set("MINDEPTH_TEST_SEEN", "seen");
  Deno.env.set("MINDEPTH_TEST_HIDDEN", "hidden");
  const lines = await output({
    env: ["MINDEPTH_TEST_SEEN"],
    cmd: ['echo "$MINDEPTH_TEST_SEEN [$MINDEPTH_TEST_HIDDEN]"', "env | grep -c . > /dev/null && echo runs"],
  });
  assert.deepEqual(lines, ["seen []", "runs"]);
});

Deno.test("output on both streams arrives line by line, carriage returns resolved", async () => {
  const lines = await output({
    cmd: [String.raw`printf '10%%\r50%%\r100%%\n'; printf 'warning\n' >&2; printf 'no end'`],
  });
  assert.deepEqual([...lines].sort(), ["100%", "no end", "warning"]);
});
