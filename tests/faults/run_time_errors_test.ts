import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { clusters } from "../nn/clusters.ts";
import { Project } from "../pipeline/rig.ts";
import { type Expected, failing, mended, moody, moodyModule, said } from "./failing_project.ts";
import { kill, stageProcesses } from "./training_project.ts";

/** Fails with a bad mood, and does as the message says with a good one. */
async function fails(project: Project, expected: Omit<Expected, "stage">): Promise<void> {
  await project.write("mood.txt", "bad\n");
  assert.equal((await project.run("repro", "copy")).code, 0);
  const command = await failing(project, ["out", "used.txt"], { stage: "make", ...expected });
  await project.write("mood.txt", "better\n");
  assert.equal((await project.run("repro", "copy")).code, 0);
  await mended(project, command, "make");
  assert.equal(await project.read("out/made.txt"), "better\n");
}

const log = ["the mood is bad"];

for (
  const { name, bad, expected } of [
    {
      name: "a stage that throws",
      bad: `throw new Error("data/a.idx: magic number 7, expected 2051");`,
      expected: { cause: /^failed: data\/a\.idx: magic number 7, expected 2051$/, log },
    },
    {
      name: "a stage with a slip in its code",
      bad: `mood.nothing.there;`,
      expected: {
        cause: /^failed: Cannot read properties of undefined \(reading 'there'\)$/,
        hint: /^ {4}hint: TypeError thrown at make\.ts:\d+:\d+$/m,
        log,
      },
    },
    {
      name: "a stage that writes no out",
      bad: `return;`,
      expected: { cause: /^did not write out\/made\.txt, which it declares$/, log },
    },
    {
      name: "a stage that writes elsewhere",
      bad: `Deno.writeTextFileSync("notes.txt", mood);`,
      expected: {
        cause: /^wrote notes\.txt, which it did not declare$/,
        hint: /^ {4}hint: Add it to outs, or write inside one of its outs$/m,
        log,
      },
    },
    {
      name: "a stage that reads what it did not declare",
      bad: `Deno.readTextFileSync("mood.txt");`,
      expected: {
        cause: /^read mood\.txt, which it did not declare$/,
        hint: /^ {4}hint: Add it to deps$/m,
        log,
      },
    },
  ] as const
) {
  Deno.test(`${name}: is named with its cause, its log and the command that runs it alone; the outs stay`, async () => {
    await using project = await moody("run: make.ts", moodyModule(bad));
    await fails(project, expected);
    assert.equal(await project.exists("notes.txt"), false);
  });
}

const outOfMemory = /^ {4}hint: It took more memory than there was, most likely: .* resources\.memory /m;

Deno.test("a command whose process is killed: probably for memory", async () => {
  const cmd =
    `cmd: echo works; if grep -q bad copy.txt; then sh -c 'kill -9 $$' && true; else cp copy.txt out/made.txt; fi`;
  await using project = await moody(cmd);
  await fails(project, {
    cause: /^failed: `.*` ended with exit code 137, which stands for SIGKILL$/,
    hint: outOfMemory,
  });
});

Deno.test("a module that is killed from outside: probably for memory", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const bad = `setInterval(() => {}, 1000); await new Promise(() => {});`;
  await using project = await moody("run: make.ts", moodyModule(bad));
  await project.write("mood.txt", "bad\n");
  const running = project.start("repro");
  await running.says(/^make \| the mood is bad$/m);
  stageProcesses(running.pid).forEach(kill);
  const cause = /^was killed by SIGKILL$/;
  const command = said(await running.finish(), { stage: "make", cause, hint: outOfMemory, log });
  assert.equal(await project.read("out/made.txt"), "good\n");
  await project.write("mood.txt", "better\n");
  assert.equal((await project.run("repro", "copy")).code, 0);
  await mended(project, command, "make");
});

Deno.test("a stage that fills the disk", { ignore: Deno.build.os !== "linux" }, async () => {
  const cmd =
    `cmd: echo works; if grep -q bad copy.txt; then cat copy.txt > /dev/full; else cp copy.txt out/made.txt; fi`;
  await using project = await moody(cmd);
  await fails(project, {
    cause: /^failed: `.*` ended with exit code 1$/,
    hint:
      /^ {4}hint: The disk is full; free some space\n {4}hint: The last lines of its log:\n {6}works\n {6}.*No space left/m,
  });
});

Deno.test("a training that diverges: the step, the rate and what to try", async () => {
  const stage = fileURLToPath(new URL("../../stages/train.ts", import.meta.url));
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  train:
    run: ${stage}
    with:
      model: { kind: mlp, depth: 2, width: 8, batchNorm: false }
      optimizer: { lr: 0.05 }
      epochs: 2
      runtime: cpu
    deps: { dataset: dataset }
    outs: { snapshots: out/snapshots, history: out/history.csv }
`,
  });
  await writeDataset(project.path("dataset"), clusters());
  assert.equal((await project.run("repro")).code, 0);
  await project.edit("pipeline.yaml", "lr: 0.05", "lr: 1e30");
  const command = await failing(project, ["out"], {
    stage: "train",
    cause:
      /^failed: Training diverged: .* at epoch 1, step \d+ of \d+, learning rate 1e\+30, where layer 2 is the first that is not finite; try a lower optimizer\.lr, /,
  });
  await project.edit("pipeline.yaml", "lr: 1e30", "lr: 0.01");
  await mended(project, command, "train");
});
