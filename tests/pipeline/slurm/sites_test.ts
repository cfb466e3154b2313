import assert from "node:assert/strict";
import { dirname } from "node:path";
import { Project } from "../rig.ts";
import { onCluster, type TestCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of clusters with GPUs, and with accounts", { nodes: 1, gpus: 2, memory: 2 });

test("stages that run at once have GPUs of their own, those that Slurm gave their jobs", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  part:
    foreach: [1, 2]
    do:
      # Each waits for the other.
      cmd: "echo $CUDA_VISIBLE_DEVICES > gpu-\${item}; while ! test -f gpu-1 || ! test -f gpu-2; do sleep 0.1; done"
      outs: ["gpu-\${item}"]
      resources: { gpus: 1 }
  both:
    cmd: "echo $CUDA_VISIBLE_DEVICES > both"
    outs: [both]
    resources: { gpus: 2 }
  none:
    cmd: test -z "$CUDA_VISIBLE_DEVICES" && echo none > none
    outs: [none]
`,
  });
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 0, stdout);
  const given = [await project.read("gpu-1"), await project.read("gpu-2")];
  assert.deepEqual(given.toSorted(), ["0\n", "1\n"]);
  assert.equal(await project.read("both"), "0,1\n");
  assert.equal(await project.read("none"), "none\n");
});

test("a job that asks for more GPUs than a node has is refused in Slurm's words", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  work: { cmd: touch out, outs: [out], resources: { gpus: 3 } }
`,
  });
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 1);
  assert.match(stdout, /Slurm did not take the job: .*node configuration is not available/);
  assert.match(stdout, /No node has what its resources ask for/);
});

/** Has a job killed that no engine waits for, and waits until the controller has forgotten it. */
async function forget(project: Project, cluster: TestCluster): Promise<void> {
  const running = project.startIn(".", cluster.environment, "repro");
  await running.says(/work \| begun/);
  running.kill("SIGKILL");
  await running.finish();
  await cluster.ask("scancel", "--signal=KILL", "--full", /Slurm job (\d+)/.exec(running.output)![1]!);
  await cluster.until("the controller to forget its jobs", async () => (await cluster.jobs()).length === 0);
}

test(
  "how a job ended that the controller has forgotten the accounts tell, and without them nobody",
  async (cluster) => {
    await using project = await Project.create({
      "pipeline.yaml": `executor: slurm
stages:
  # Where a kill reaches the sleep first, nothing more is done.
  work: { cmd: "echo begun && sleep 60 && touch out", outs: [out] }
`,
    });
    await forget(project, cluster);
    // There is a `sacct`, which says that there are no accounts.
    const lost = await project.startIn(".", cluster.environment, "repro").finish();
    assert.equal(lost.code, 1);
    // What the kill reached first decides what is known.
    assert.match(lost.stdout, /work (?:was lost: Slurm does not know|was ended by a signal|.* exit code 137)/);

    await forget(project, cluster);
    await project.write(".git/bin/sacct", `#!/bin/sh\necho "$@" >> ${project.path(".git/asked")}\necho "NODE_FAIL"\n`);
    await Deno.chmod(project.path(".git/bin/sacct"), 0o755);
    const environment = {
      ...cluster.environment,
      PATH: `${dirname(project.path(".git/bin/sacct"))}:${cluster.environment.PATH}`,
    };
    const again = project.startIn(".", environment, "repro");
    await again.says(/work waits as Slurm job \d+: job \d+ was lost with its node/);
    again.kill("SIGINT");
    await again.finish();
    assert.match(await project.read(".git/asked"), /--jobs=\d+ --name=work-/);
  },
  true,
);
