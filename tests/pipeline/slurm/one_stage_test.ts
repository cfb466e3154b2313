import assert from "node:assert/strict";
import { moduleText } from "../support/module_text.ts";
import { Project } from "../rig.ts";
import { onCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of single stages on Slurm");

test("commands run as jobs with the resources of their stages, one after what it needs, and restore as ever", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  first:
    cmd:
      - echo "$SLURM_CPUS_PER_TASK cpus, $SLURM_MEM_PER_NODE MB, partition $SLURM_JOB_PARTITION"
      - echo one > one.txt
    outs: [one.txt]
    resources: { cpus: 2, memory: 256MiB, time: 5m, partition: urgent }
  second:
    cmd: cat one.txt one.txt > two.txt
    deps: [one.txt]
    outs: [two.txt]
  here:
    executor: local
    cmd: echo "job \\\${SLURM_JOB_ID:-none}" > here.txt
    outs: [here.txt]
`,
  });
  const { code, stdout, stderr, ran } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(ran.toSorted(), ["first", "here", "second"]);
  assert.match(stdout, /^first waits as Slurm job \d+$/m);
  assert.match(stdout, /^first \| 2 cpus, 256 MB, partition urgent$/m);
  assert.equal(await project.read("two.txt"), "one\none\n");
  assert.equal(await project.read("here.txt"), "job none\n");
  await project.remove("two.txt");
  const again = await project.startIn(".", cluster.environment, "repro").finish();
  assert.deepEqual([again.ran, again.restored], [[], ["second"]]);
  // What is done leaves nothing behind but its log.
  assert.deepEqual(await Array.fromAsync(Deno.readDir(project.path(".pipeline/slurm/jobs"))), []);
  const records = await Array.fromAsync(Deno.readDir(project.path(".pipeline/runs")));
  const run = records.map(({ name }) => name).filter((name) => name.startsWith("20")).sort()[0]!;
  const { stages } = JSON.parse(await project.read(`.pipeline/runs/${run}`));
  const second = stages.find(({ stage }: { stage: string }) => stage === "second");
  assert.match(second.jobs[0].job, /^\d+$/);
});

test("a module runs on a node in its sandbox, and its progress is told as that of others", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  train:
    run: train.ts
    with: { rate: 0.5 }
    outs: { model: model.txt }
`,
    "train.ts": moduleText({
      outs: ["model"],
      body:
        `for (let done = 1; done <= 2; done++) progress({ done, total: 2, unit: "epoch", values: { loss: 1 / done } });
    await Deno.writeTextFile(outs.model, String(context.with.rate));`,
    }),
  });
  const run = project.startIn(".", cluster.environment, "repro", "--executor", "slurm", "--json");
  const { code, stdout, stderr } = await run.finish();
  assert.equal(code, 0, stdout + stderr);
  assert.equal(await project.read("model.txt"), "0.5");
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const last = events.findLast(({ kind }) => kind === "stage progress");
  assert.deepEqual([last.done, last.total, last.unit, last.values], [2, 2, "epoch", { loss: 0.5 }]);

  await project.write("train.ts", moduleText({ outs: ["model"], body: `await Deno.readTextFile("/etc/hostname");` }));
  const bad = await project.startIn(".", cluster.environment, "repro", "--executor=slurm").finish();
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /pipeline\.yaml:2:3.*train read \/etc\/hostname, which it did not declare/s);
  assert.equal(await project.read("model.txt"), "0.5", "the previous out is back");
});

test("a stage's own failure is told as here, is not tried again, and holds back what needs it alone", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  good: { cmd: touch good.txt, outs: [good.txt] }
  bad: { cmd: "echo so sad >&2; exit 3", outs: [bad.txt] }
  needy: { cmd: cp bad.txt needy.txt, deps: [bad.txt], outs: [needy.txt] }
`,
  });
  const before = (await cluster.jobs()).length;
  const { code, stdout, ran } = await project.startIn(".", cluster.environment, "repro", "--keep-going").finish();
  assert.equal(code, 1);
  assert.deepEqual(ran, ["good"]);
  assert.match(stdout, /bad failed: `echo so sad >&2; exit 3` ended with exit code 3/);
  assert.match(stdout, /needy skipped, since bad failed/);
  assert.equal((await cluster.jobs()).length - before, 2);
});

test("what Slurm does not take is said in its words", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  lofty: { cmd: touch out, outs: [out], resources: { partition: cloud } }
`,
  });
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 1);
  assert.match(stdout, /Slurm did not take the job: .*invalid partition.*cloud/i);
  assert.match(stdout, /`sinfo` lists the partitions/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(project.path(".pipeline/slurm/jobs"))), []);
});
