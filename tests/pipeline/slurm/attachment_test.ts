import assert from "node:assert/strict";
import { Project, type Running } from "../rig.ts";
import { onCluster, type TestCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of engines that end before their jobs");

const PIPELINE = `executor: slurm
stages:
  work:
    cmd: "echo run >> runs; echo begun; while ! test -f go; do sleep 0.1; done; cat in > out; echo over"
    deps: [in]
    outs: [out]
  next: { cmd: cp out next, deps: [out], outs: [next] }
`;

async function begin(project: Project, cluster: TestCluster, ...flags: string[]): Promise<Running> {
  const running = project.startIn(".", cluster.environment, "repro", ...flags);
  await running.says(/work \| begun/);
  return running;
}

async function jobsOf(project: Project): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(project.path(".pipeline/slurm/jobs")))).length;
}

test("a job goes on when its engine is killed, and the next run takes it over", async (cluster) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, in: "1", out: "before" });
  const first = await begin(project, cluster);
  const job = /work waits as Slurm job (\d+)/.exec(first.output)![1];
  first.kill("SIGKILL");
  await first.finish();
  const second = project.startIn(".", cluster.environment, "repro");
  await second.says(new RegExp(`work goes on as Slurm job ${job}`));
  await project.write("go", "");
  const { code, stdout, ran } = await second.finish();
  assert.deepEqual([code, ran], [0, ["work", "next"]], stdout);
  assert.equal(await project.read("runs"), "run\n", "it ran once");
  assert.equal(await project.read("next"), "1");
  assert.equal(await jobsOf(project), 0);
});

test("what ended without an engine is taken over as it ended, success and failure alike", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": PIPELINE.replace("echo over", "test -f well"),
    in: "1",
    well: "",
  });
  const first = await begin(project, cluster);
  first.kill("SIGKILL");
  await first.finish();
  await project.write("go", "");
  await cluster.settled();
  const { code, stdout, ran } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.deepEqual([code, ran], [0, ["work", "next"]], stdout);
  assert.equal(await project.read("runs"), "run\n");

  await project.remove("go");
  await project.remove("well");
  await project.write("in", "2");
  const third = await begin(project, cluster);
  third.kill("SIGKILL");
  await third.finish();
  await project.write("go", "");
  await cluster.settled();
  const failed = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(failed.code, 1);
  assert.match(failed.stdout, /work failed: `.*` ended with exit code 1/);
  assert.equal(await project.read("out"), "1", "the previous out is back");
  assert.equal(await project.read("runs"), "run\nrun\n");
}, true);

test("a job that is not wanted any more is ended, and its stage begins anew", async (cluster) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, in: "1" });
  const first = await begin(project, cluster);
  first.kill("SIGKILL");
  await first.finish();
  await project.write("in", "2");
  await project.write("go", "");
  // Not before the engine has seen the change may the first job end.
  await project.remove("go");
  const second = project.startIn(".", cluster.environment, "repro");
  await second.says(/its Slurm job \d+ is cancelled/);
  await second.says(/work waits as Slurm job/);
  await project.write("go", "");
  const { code, stdout, ran } = await second.finish();
  assert.deepEqual([code, ran], [0, ["work", "next"]], stdout);
  assert.equal(await project.read("next"), "2");
});

test("Ctrl-C ends jobs; a hang-up leaves them to the next run", async (cluster) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, in: "1" });
  const first = await begin(project, cluster);
  first.kill("SIGINT");
  const interrupted = await first.finish();
  assert.equal(interrupted.code, 130);
  assert.match(interrupted.stdout, /work cancelled/);
  assert.equal(await jobsOf(project), 0);
  assert.ok((await cluster.jobs()).at(-1)!.startsWith("CANCELLED"));

  const second = await begin(project, cluster);
  second.kill("SIGHUP");
  const hungUp = await second.finish();
  assert.match(hungUp.stdout, /work goes on as Slurm job \d+; the next repro takes it over/);
  assert.equal(hungUp.code, 129);
  await project.write("go", "");
  const { code, stdout, ran } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.deepEqual([code, ran], [0, ["work", "next"]], stdout);
  assert.equal(await project.read("runs"), "run\nrun\n");
});

test("an engine that is killed at any moment leaves nothing that runs twice at once or is lost", async (cluster) => {
  await using project = await Project.create({
    // Whoever runs beside another one fails.
    "pipeline.yaml": `executor: slurm
stages:
  work:
    cmd: "mkdir busy && sleep 1 && cat in > out && rmdir busy"
    deps: [in]
    outs: [out]
`,
    in: "1",
  });
  const moments = 20;
  for (let moment = 0; moment < moments; moment++) {
    const running = project.startIn(".", cluster.environment, "repro", "--force");
    await new Promise((proceed) => setTimeout(proceed, 200 + 3000 * moment / moments));
    try {
      running.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await running.finish();
  }
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 0, stdout);
  assert.equal(await project.read("out"), "1");
  assert.equal(await jobsOf(project), 0);
}, true);
