import assert from "node:assert/strict";
import { Project } from "../rig.ts";

Deno.test("a machine without Slurm is said to be one, and the outs stay as they were", async () => {
  await using project = await Project.create({
    "pipeline.yaml": "stages: { work: { cmd: touch out, outs: [out] } }\n",
    out: "before",
  });
  const { code, stdout } = await project.startIn(".", { PATH: "/nowhere" }, "repro", "--executor", "slurm").finish();
  assert.equal(code, 1);
  assert.match(stdout, /sbatch is not here: this machine has no Slurm/);
  assert.match(stdout, /or here with --executor local/);
  assert.equal(await project.read("out"), "before");
  const { code: local } = await project.run("repro", "--executor", "local");
  assert.equal(local, 0);
});
