import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { study } from "./study.ts";

Deno.test("repro runs what changed and what is downstream of it, and restores what was there before", async (test) => {
  await using project = await Project.create(study());

  await test.step("the first time, everything runs in order", async () => {
    const { code, stdout, stderr, ran } = await project.run("repro");
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(ran.slice(0, 2), ["write", "repeat"]);
    assert.deepEqual(ran.slice(2).sort(), ["count", "draw"]);
    assert.equal(await project.read("outputs/figures/1.txt"), "figure: hello\nhello\n");
  });

  await test.step("the second time, nothing does", async () => {
    const { code, stdout, ran, restored } = await project.run("repro");
    assert.equal(code, 0);
    assert.deepEqual([ran, restored], [[], []]);
    assert.match(stdout, /^4 unchanged in /);
  });

  await test.step("a parameter runs its stage and those downstream, and says why", async () => {
    await project.edit("pipeline.yaml", "times: 2", "times: 3");
    const { stdout, ran } = await project.run("repro");
    assert.equal(ran[0], "repeat");
    assert.deepEqual(ran.slice(1).sort(), ["count", "draw"]);
    assert.match(stdout, /^repeat runs: with\.times: 2 -> 3$/m);
    assert.match(stdout, /^draw runs: outputs\/repeated\.txt changed$/m);
  });

  await test.step("changed back, everything is restored and nothing runs", async () => {
    await project.edit("pipeline.yaml", "times: 3", "times: 2");
    const { ran, restored } = await project.run("repro");
    assert.deepEqual(ran, []);
    assert.deepEqual(restored.toSorted(), ["count", "draw", "repeat"]);
    assert.equal(await project.read("outputs/count.txt"), "2");
  });

  await test.step("a change that leaves the out as it was stops there", async () => {
    await project.edit("pipeline.yaml", "word: hello", "word: HELLO");
    const { ran, restored } = await project.run("repro");
    assert.deepEqual([ran, restored], [["write"], []]);
  });

  await test.step("a deleted out is restored", async () => {
    await project.remove("outputs/figures");
    const { stdout, ran, restored } = await project.run("repro");
    assert.deepEqual([ran, restored], [[], ["draw"]]);
    assert.match(stdout, /^draw restored: outputs\/figures is missing$/m);
    assert.equal(await project.read("outputs/figures/1.txt"), "figure: hello\nhello\n");
  });

  await test.step("an edited out is restored", async () => {
    await project.write("outputs/figures/1.txt", "spoilt");
    assert.deepEqual((await project.run("repro")).restored, ["draw"]);
    assert.equal(await project.read("outputs/figures/1.txt"), "figure: hello\nhello\n");
  });

  await test.step("a comment, a type and formatting in an imported module run nothing", async () => {
    await project.edit("lib/frame.ts", "/** How a figure begins. */", "// How each figure begins.");
    await project.edit("lib/frame.ts", `frame: string = "figure"`, `frame =\n  "figure"`);
    const { ran, restored } = await project.run("repro");
    assert.deepEqual([ran, restored], [[], []]);
  });

  await test.step("a changed string in an imported module runs the stage that imports it, alone", async () => {
    await project.edit("lib/frame.ts", `"figure"`, `"Figure 1"`);
    const { stdout, ran, restored } = await project.run("repro");
    assert.deepEqual([ran, restored], [["draw"], []]);
    assert.match(stdout, /^draw runs: lib\/frame\.ts changed$/m);
  });

  await test.step("a renamed stage is restored under its new name", async () => {
    await project.edit("pipeline.yaml", "  count:", "  tally:");
    const { ran, restored } = await project.run("repro");
    assert.deepEqual([ran, restored], [[], ["tally"]]);
    assert.doesNotMatch(await project.read("pipeline.lock"), /^ {2}count:/m);
  });
});

Deno.test("repro in a fresh copy with the lock and the outs runs nothing", async () => {
  await using project = await Project.create(study());
  await project.run("repro");
  await project.remove(".pipeline");
  const { ran, restored, stdout } = await project.run("repro");
  assert.deepEqual([ran, restored], [[], []], stdout);
});

Deno.test("repro --force runs what did not change; --dry runs nothing", async () => {
  await using project = await Project.create(study());
  const dry = await project.run("repro", "--dry");
  assert.equal(dry.code, 0, dry.stderr);
  assert.deepEqual(dry.stdout.split("\n").slice(0, 4), [
    "write would run",
    "  has not run yet",
    "repeat would run",
    "  has not run yet",
  ]);
  assert.equal(await project.exists("outputs"), false);
  assert.equal(await project.exists("pipeline.lock"), false);
  await project.run("repro");
  assert.deepEqual((await project.run("repro", "--force", "write")).ran, ["write"]);
});

Deno.test("repro shows what a stage prints, and counts the time that was saved", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  talk:
    cmd:
      - sleep 0.2; echo some words
      - echo more >&2; echo done > out.txt
    deps: [pipeline.yaml]
    outs: [out.txt]
`,
  });
  const { stdout } = await project.run("repro");
  assert.match(stdout, /^talk \| some words$/m);
  assert.match(stdout, /^talk \| more$/m);
  assert.match((await project.run("repro")).stdout, /^1 unchanged in \d\.\d s \(saved \d\.\d s\)$/m);
});
