import assert from "node:assert/strict";
import { Project } from "../rig.ts";

Deno.test("init writes a pipeline that runs, and writes over nothing", async (test) => {
  for (const [flags, out] of [[[], "count.json"], [["--cmd"], "count.txt"]] as const) {
    await test.step(["init", ...flags].join(" "), async () => {
      await using project = await Project.create();
      const first = await project.run("init", "words", ...flags);
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /^words\/pipeline\.yaml\n/);
      const repro = await project.run("repro", "words");
      assert.deepEqual([repro.code, repro.ran], [0, ["count"]], repro.stdout + repro.stderr);
      assert.equal((await project.read(`words/${out}`)).trim(), "3");
      await project.edit("words/pipeline.yaml", "least: 4", "least: 5");
      assert.deepEqual((await project.run("repro", "words")).ran, ["count"]);
      assert.equal((await project.read(`words/${out}`)).trim(), "2");
      assert.deepEqual((await project.run("repro", "words")).ran, []);

      const again = await project.run("init", "words", ...flags);
      assert.deepEqual([again.code, again.stdout], [2, ""]);
      assert.equal(again.stderr, "error: words/pipeline.yaml is there already; init writes over nothing\n");
    });
  }
});

Deno.test("the module that init writes says what is wrong with its values", async () => {
  await using project = await Project.create();
  await project.run("init");
  await project.edit("pipeline.yaml", "least: 4", "least: 0");
  const { code, stderr } = await project.run("repro");
  assert.equal(code, 3);
  assert.match(stderr, /^pipeline\.yaml:\d+:\d+: error: .*least/m);
});
