import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { onCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of repro --detach");

const PIPELINE = `executor: slurm
stages:
  first: { cmd: "echo first >> runs; cat in > first", deps: [in], outs: [first] }
  part:
    foreach: [1, 2, 3]
    do:
      cmd: "echo part >> runs; cat first > part-\${item}"
      deps: [first]
      outs: ["part-\${item}"]
  last: { cmd: "echo last >> runs; cat part-1 part-2 part-3 > last", deps: [part-1, part-2, part-3], outs: [last] }
  here: { executor: local, cmd: cat last > here, deps: [last], outs: [here] }
`;

async function jobsOf(project: Project): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(project.path(".pipeline/slurm/jobs")))).length;
}

test("repro --detach submits all at once, and a later repro takes over what came of it", async (cluster) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, in: "1\n" });
  const detached = await project.startIn(".", cluster.environment, "repro", "--detach").finish();
  assert.equal(detached.code, 0, detached.stdout + detached.stderr);
  assert.match(detached.stdout, /^last goes on as Slurm job \d+; the next repro takes it over$/m);
  assert.match(detached.stdout, /^1 not started, 5 are Slurm jobs in /m);
  await cluster.settled();
  assert.ok((await cluster.jobs()).every((job) => job.startsWith("COMPLETED")), String(await cluster.jobs()));
  const { code, stdout, ran } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 0, stdout);
  assert.deepEqual(ran.toSorted(), ["first", "here", "last", "part@1", "part@2", "part@3"]);
  assert.equal(await project.read("runs"), "first\npart\npart\npart\nlast\n", "each ran once");
  assert.equal(await project.read("here"), "1\n1\n1\n");
  assert.equal(await jobsOf(project), 0);

  await project.write("in", "2\n");
  await project.startIn(".", cluster.environment, "repro", "--detach", "part").finish();
  await cluster.settled();
  // What a job read is not what stands there when it is taken over.
  await project.write("first", "3\n");
  const other = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(other.code, 0, other.stdout);
  assert.match(other.stdout, /^warning: part@1 has changed since it was submitted/m);
  assert.equal(await project.read("here"), "3\n3\n3\n");
});

test(
  "after a failure Slurm drops what waits for it, and a later repro tells, puts all right and goes on",
  async (cluster) => {
    await using project = await Project.create({
      "pipeline.yaml": PIPELINE.replace("cat in > first", "test -f well && cat in > first"),
      in: "1\n",
      last: "before",
    });
    const detached = await project.startIn(".", cluster.environment, "repro", "--detach").finish();
    assert.equal(detached.code, 0, detached.stdout);
    await cluster.settled();
    const failed = await project.startIn(".", cluster.environment, "repro").finish();
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /first failed: `.*` ended with exit code 1/);
    assert.match(failed.stdout, /last skipped, since first failed/);
    assert.equal(await project.read("last"), "before");
    assert.equal(await jobsOf(project), 0);
    await project.write("well", "");
    const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
    assert.equal(code, 0, stdout);
    assert.equal(await project.read("here"), "1\n1\n1\n");
  },
  true,
);
