import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { onCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of cancel and logs");

const PIPELINE = `executor: slurm
stages:
  work: { cmd: "echo begun; while ! test -f go; do sleep 0.1; done; echo over; touch out", outs: [out] }
`;

test("logs -f shows what a job prints until it ends, and logs what the last one has printed", async (cluster) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  const none = await project.startIn(".", cluster.environment, "logs", "work").finish();
  assert.equal(none.code, 1);
  assert.match(none.stderr, /work has had no Slurm job here/);
  const running = project.startIn(".", cluster.environment, "repro");
  await running.says(/work \| begun/);
  assert.equal((await project.startIn(".", cluster.environment, "logs", "work").finish()).stdout, "begun\n");
  const following = project.startIn(".", cluster.environment, "logs", "-f", "work");
  await following.says(/begun/);
  await project.write("go", "");
  const [followed, { code }] = await Promise.all([following.finish(), running.finish()]);
  assert.deepEqual([followed.code, followed.stdout, code], [0, "begun\nover\n", 0]);
  assert.equal((await project.startIn(".", cluster.environment, "logs", "work").finish()).stdout, "begun\nover\n");
}, true);

test("cancel ends jobs, whether their engine is there or not", async (cluster) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  const none = await project.startIn(".", cluster.environment, "cancel").finish();
  assert.deepEqual([none.code, none.stdout], [0, "there is no Slurm job to cancel\n"]);

  const watched = project.startIn(".", cluster.environment, "repro");
  await watched.says(/work \| begun/);
  const cancelled = await project.startIn(".", cluster.environment, "cancel", "work").finish();
  assert.match(cancelled.stdout, /^work: Slurm job \d+ is asked to end\n$/);
  const { code, stdout } = await watched.finish();
  assert.equal(code, 1);
  assert.match(stdout, /work was cancelled in Slurm, as job \d+/);

  const left = project.startIn(".", cluster.environment, "repro");
  await left.says(/work \| begun/);
  left.kill("SIGKILL");
  await left.finish();
  await project.startIn(".", cluster.environment, "cancel").finish();
  await project.write("go", "");
  const next = await project.startIn(".", cluster.environment, "repro").finish();
  assert.deepEqual([next.code, next.ran], [0, ["work"]], next.stdout);
});
