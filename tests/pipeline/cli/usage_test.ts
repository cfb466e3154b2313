import assert from "node:assert/strict";
import { Project } from "../rig.ts";

const PIPELINE = `stages: {train: {cmd: cp in.txt out.txt, deps: [in.txt], outs: [out.txt]}}`;

Deno.test("wrong usage is said in one sentence, exits with 2 and starts nothing", async (test) => {
  await using project = await Project.create({ "in.txt": "x", "pipeline.yaml": PIPELINE });
  const cases: [inputs: string[], message: string][] = [
    [["rpro"], `error: There is no command "rpro"; did you mean "repro"?\n`],
    [["zzzzzzzzzzzzz"], `error: There is no command "zzzzzzzzzzzzz"; --help lists them all\n`],
    [["repro", "--jbs", "2"], `error: There is no flag --jbs; did you mean "--jobs"?\n`],
    [["repro", "-x"], `error: There is no flag -x; --help lists them all\n`],
    [["repro", "--jobs"], `error: --jobs needs a value\n`],
    [["repro", "--jobs", "0"], `error: --jobs: "0" is not a whole number from 1 on\n`],
    [["repro", "-j0"], `error: --jobs: "0" is not a whole number from 1 on\n`],
    [["repro", "-j", "1", "-j", "2"], `error: --jobs is given twice: "1" and "2"\n`],
    [["repro", "--single-item"], `error: --single-item needs a target\n`],
    [
      ["repro", "-s", "--downstream", "train"],
      `error: --single-item and --downstream contradict each other: the first one leaves out what the second adds\n`,
    ],
    [
      ["repro", "--time-budget", "soon"],
      `error: --time-budget: "soon" is not a time such as 90m, 2h or 1h30m; a plain number is seconds\n`,
    ],
    [
      ["repro", "--force", "--time-budget", "2h"],
      `error: --force and --time-budget contradict each other: what --force begins anew, no later run goes on with\n`,
    ],
    [
      ["repro", "--detach"],
      `error: --detach is for stages that run on Slurm, and none of these does; add --executor slurm, or executor: slurm to the file\n`,
    ],
    [
      ["repro", "--detach", "--force-downstream"],
      `error: --force-downstream and --detach contradict each other: what runs is only known once the stages before have run\n`,
    ],
    [
      ["dag", "--outs", "--collapse-foreach-matrix"],
      `error: --outs and --collapse-foreach-matrix contradict each other: only stages belong to a foreach\n`,
    ],
    [["repro", "--file", "no.yaml"], `error: There is no pipeline file no.yaml\n`],
    [
      ["repro", "tarin"],
      `error: There is no stage, group or out tarin\n  hint: Did you mean train?\n  hint: Expected one of train, or the path of an out\n`,
    ],
  ];
  for (const [inputs, message] of cases) {
    await test.step(inputs.join(" "), async () => {
      const { code, stdout, stderr } = await project.run(...inputs);
      assert.deepEqual({ code, stdout, stderr }, { code: 2, stdout: "", stderr: message });
    });
  }
  assert.equal(await project.exists("out.txt"), false);
});

Deno.test("a folder without a pipeline file is wrong usage", async () => {
  await using project = await Project.create();
  const { code, stderr } = await project.run("repro");
  assert.equal(code, 2);
  assert.equal(
    stderr,
    `error: There is no pipeline.yaml or dvc.yaml in ${project.folder} or above it; ` +
      `go to the project's folder or name the file with --file\n`,
  );
});

Deno.test("--help names the commands, the flags and the exit codes", async () => {
  await using project = await Project.create();
  const { code, stdout } = await project.run("--help");
  assert.equal(code, 0);
  for (const word of ["repro", "status", "dag", "list", "130  interrupted"]) assert.ok(stdout.includes(word), word);
  const repro = await project.run("repro", "--help");
  for (
    const flag of [
      "--jobs",
      "--force",
      "--dry",
      "--keep-going",
      "--single-item",
      "--downstream",
      "--glob",
      "--time-budget",
    ]
  ) {
    assert.ok(repro.stdout.includes(flag), flag);
  }
});
