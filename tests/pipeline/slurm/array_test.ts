import assert from "node:assert/strict";
import { dirname } from "node:path";
import { Project } from "../rig.ts";
import { onCluster, type TestCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of arrays of jobs on Slurm");

/** Runs a matrix of stages whose every tenth fails, and tells how often Slurm was asked for what, and when. */
async function matrixOf(count: number, cluster: TestCluster): Promise<{ project: Project; calls: [string, number][] }> {
  const values = Array.from({ length: count }, (_, index) => index);
  const project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  part:
    foreach: [${values.join(", ")}]
    do:
      cmd: test $((\${item} % 10)) != 7 && echo \${item} > part-\${item}
      outs: ["part-\${item}"]
      resources: { cpus: 0.5, memory: 100MB }
  sum:
    cmd: cat part-0 part-1 > sum
    deps: [part-0, part-1]
    outs: [sum]
`,
  });
  // Programs of Slurm's that note when they are called.
  for (const program of ["sbatch", "squeue"]) {
    await project.write(
      `.git/bin/${program}`,
      `#!/bin/sh\necho ${program} $(date +%s%3N) >> ${project.path(".git/calls")}\nexec /usr/bin/${program} "$@"\n`,
    );
    await Deno.chmod(project.path(`.git/bin/${program}`), 0o755);
  }
  const environment = {
    ...cluster.environment,
    PATH: `${dirname(project.path(".git/bin/sbatch"))}:${cluster.environment.PATH}`,
  };
  const { code, stdout, ran } = await project.startIn(".", environment, "repro", "--keep-going").finish();
  const bad = values.filter((value) => value % 10 === 7);
  assert.equal(code, 1, stdout);
  assert.equal(ran.length, count - bad.length + 1, stdout);
  for (const value of values) {
    if (bad.includes(value)) assert.match(stdout, new RegExp(`part@${value} failed`));
    else assert.equal(await project.read(`part-${value}`), `${value}\n`);
  }
  assert.equal(await project.read("sum"), "0\n1\n");
  const calls = (await project.read(".git/calls")).trim().split("\n").map((line) => line.split(" "));
  return { project, calls: calls.map(([program, time]) => [program!, Number(time)]) };
}

function check(calls: readonly [string, number][]): void {
  assert.equal(calls.filter(([program]) => program === "sbatch").length, 2, "an array, and what needs it");
  const questions = calls.filter(([program]) => program === "squeue").map(([, time]) => time);
  const pauses = questions.slice(1).map((time, index) => time - questions[index]!);
  // A question takes a moment to start.
  assert.deepEqual(pauses.filter((pause) => pause < 900), [], "one question a second at most");
}

test("stages of a foreach are one array, and each one's fate is its own", async (cluster) => {
  const { project, calls } = await matrixOf(12, cluster);
  await using _project = project;
  check(calls);
});

test("so are 50, and 200", async (cluster) => {
  for (const count of [50, 200]) {
    const { project, calls } = await matrixOf(count, cluster);
    await using _project = project;
    check(calls);
  }
}, true);
