import assert from "node:assert/strict";
import { Project, type Running } from "../rig.ts";
import { onCluster, type TestCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of jobs that Slurm ends");

/** A project with one stage, which is `cmd` with `resources`. */
async function withStage(cmd: string, resources = "{}"): Promise<Project> {
  return await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  work: { cmd: ${JSON.stringify(cmd)}, outs: [out], resources: ${resources} }
`,
  });
}

/** Runs the stage until its job has said "begun". */
async function begin(project: Project, cluster: TestCluster): Promise<Running & { readonly job: string }> {
  const running = project.startIn(".", cluster.environment, "repro");
  await running.says(/work \| begun/);
  return Object.assign(running, { job: /Slurm job (\d+)/.exec(running.output)![1]! });
}

test("a stage that takes more than its memory is named as such", async (cluster) => {
  await using project = await withStage("head -c 900000000 /dev/zero | tail; sleep 60; touch out", "{ memory: 300MB }");
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 1);
  assert.match(stdout, /work took more memory than Slurm job \d+ may/);
  assert.match(stdout, /Raise its resources\.memory/);
}, true);

test("one that takes longer than its time is, too", async (cluster) => {
  await using project = await withStage("sleep 60; touch out", "{ time: 1s }");
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 1);
  assert.match(stdout, /work took longer than the 1 s of its resources\.time/);
}, true);

test("one that Slurm itself ends at the limit of its partition is, too", async (cluster) => {
  await using project = await withStage("sleep 600; touch out", "{ partition: short }");
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 1);
  assert.match(stdout, /work ran into the time limit of Slurm job \d+/);
}, true);

test("one whose job somebody cancels is, too, and the next run submits it anew", async (cluster) => {
  await using project = await withStage("echo begun; test -f go || sleep 60; touch out");
  const running = await begin(project, cluster);
  await cluster.ask("scancel", running.job);
  const { code, stdout } = await running.finish();
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`work was cancelled in Slurm, as job ${running.job}`));
  await project.write("go", "");
  const next = await project.startIn(".", cluster.environment, "repro").finish();
  assert.deepEqual([next.code, next.ran], [0, ["work"]], next.stdout);
});

test("a stage that was preempted runs again, which is told and recorded", async (cluster) => {
  await using project = await withStage("echo begun; test -f go || sleep 60; touch out", "{ cpus: 4 }");
  const running = await begin(project, cluster);
  await project.write("go", "");
  await cluster.ask("sbatch", "-p", "urgent", "-N2", "--exclusive", "-o", "/dev/null", "--wrap", "sleep 1");
  const { code, stdout, ran } = await running.finish();
  assert.deepEqual([code, ran], [0, ["work"]], stdout);
  const { job } = running;
  assert.match(
    stdout,
    new RegExp(`work waits as Slurm job \\d+: job ${job} was preempted by a job of higher priority`),
  );
  const runs = await Array.fromAsync(Deno.readDir(project.path(".pipeline/runs")));
  const { name } = runs.find(({ name }) => name.startsWith("20"))!;
  const [stage] = JSON.parse(await project.read(`.pipeline/runs/${name}`)).stages;
  assert.equal(stage.jobs.length, 2);
  assert.match(stage.jobs[1].because, /preempted/);
});

test("a stage whose node is taken down runs again", async (cluster) => {
  await runsAgain(cluster, async (node) => {
    await cluster.ask("scontrol", "update", `nodename=${node}`, "state=down", "reason=test");
    return () => cluster.ask("scontrol", "update", `nodename=${node}`, "state=resume");
  });
}, true);

test("so does one whose node dies, on another", async (cluster) => {
  const [first, second] = await runsAgain(cluster, async (node) => {
    await cluster.kill(node);
    return () => cluster.startNode(node);
  });
  assert.notEqual(first, second);
}, true);

/** Has a stage lose its node, and tells that and the one on which it ran again. */
async function runsAgain(
  cluster: TestCluster,
  lose: (node: string) => Promise<() => unknown>,
): Promise<readonly string[]> {
  await using project = await withStage(
    "echo begun on $SLURMD_NODENAME; echo $SLURMD_NODENAME >> nodes; test -f go || sleep 60; touch out",
  );
  const running = await begin(project, cluster);
  const node = /begun on (\S+)/.exec(running.output)![1]!;
  await project.write("go", "");
  const mend = await lose(node);
  const { code, stdout, ran } = await running.finish();
  await mend();
  await cluster.ready();
  assert.deepEqual([code, ran], [0, ["work"]], stdout);
  assert.match(stdout, new RegExp(`job ${running.job} was lost with its node`));
  const nodes = (await project.read("nodes")).trim().split("\n");
  assert.equal(nodes.length, 2);
  assert.equal(nodes[0], node);
  return nodes;
}

test("while the controller is away jobs go on, and what comes next is submitted when it is back", async (cluster) => {
  await withoutController(cluster, "SIGTERM");
}, true);

test("also where it was killed, and knows what it had written down", async (cluster) => {
  await withoutController(cluster, "SIGKILL");
}, true);

async function withoutController(cluster: TestCluster, signal: Deno.Signal): Promise<void> {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  work: { cmd: "echo begun; echo run >> runs; while ! test -f go; do sleep 0.1; done; touch out", outs: [out] }
  next: { cmd: cp out next, deps: [out], outs: [next] }
`,
  });
  const running = await begin(project, cluster);
  await cluster.remembers((await cluster.jobs()).at(-1)!.split(" ")[1]!);
  await cluster.kill("slurmctld", signal);
  await project.write("go", "");
  await running.says(/work finished/);
  await running.says(/next runs/);
  setTimeout(() => cluster.startController(), 2000);
  const { code, stdout, ran } = await running.finish();
  assert.deepEqual([code, ran], [0, ["work", "next"]], stdout);
  assert.equal(await project.read("runs"), "run\n");
}
