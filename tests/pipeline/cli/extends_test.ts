import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { study } from "./study.ts";

Deno.test("a study that extends another has its own lock and outs, and takes shared results from the run cache", async () => {
  await using project = await Project.create({
    ...study(),
    "studies/longer/pipeline.yaml": `extends: ../../pipeline.yaml
vars:
  - times: 5
stages:
  count: null
`,
  });
  assert.equal((await project.run("repro")).code, 0);
  const lock = await project.read("pipeline.lock");

  const { code, ran, restored, stderr } = await project.run("repro", "studies/longer");
  assert.equal(code, 0, stderr);
  assert.deepEqual([ran, restored], [["repeat", "draw"], ["write"]]);
  assert.equal(await project.read("studies/longer/outputs/repeated.txt"), "hello\n".repeat(5));
  assert.equal(await project.read("pipeline.lock"), lock);
  assert.equal(await project.exists("studies/longer/pipeline.lock"), true);
  assert.equal(await project.exists("studies/longer/.pipeline"), false);

  const again = await project.startIn("studies/longer", {}, "repro").finish();
  assert.match(again.stdout, /^3 unchanged in /);
});
