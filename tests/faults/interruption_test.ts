import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { forget, kill, outsOf, stageProcesses, states, trainingProject } from "./training_project.ts";
import type { Project, Running } from "../pipeline/rig.ts";

/** A training long enough to be met in its middle, and with no snapshot there. */
const long = { epochs: 50, snapshots: "{ at: [1] }" };

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((proceed) => setTimeout(proceed, 5));
}

/** Starts `repro` and waits until the training has made its first checkpoint after an epoch. */
async function trainingStarted(project: Project): Promise<Running> {
  const running = project.start("repro");
  await running.says(/^train \| 3 snapshots/m);
  const state = project.path(`.pipeline/state/${states(project)[0]}`);
  await until(() => readdirSync(state).includes("epoch-0001.safetensors"));
  return running;
}

/** Runs `repro` to its end: after which epoch it resumed, if it did. */
async function resumption(project: Project, ...flags: string[]): Promise<number | undefined> {
  const { code, stdout, stderr, ran } = await project.run("repro", ...flags);
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(ran, flags.includes("--force") ? ["copy", "train"] : ["train"]);
  assert.deepEqual(states(project), []);
  const epoch = /^train \| resumes after epoch (\d+)$/m.exec(stdout)?.[1];
  return epoch === undefined ? undefined : Number(epoch);
}

Deno.test("a training that is interrupted", { ignore: Deno.build.os !== "linux" }, async (t) => {
  await using project = await trainingProject(long);
  const { code, stdout, stderr } = await project.run("repro");
  assert.equal(code, 0, stdout + stderr);
  const expected = outsOf(project);

  for (const [signal, exit] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
    await t.step(`${signal}: keeps a checkpoint, from which the next repro goes on to the same bytes`, async () => {
      await forget(project);
      const running = await trainingStarted(project);
      running.kill(signal);
      const { code, stdout } = await running.finish();
      assert.equal(code, exit);
      const kept = Number(/^train \| keeps a checkpoint after epoch (\d+)$/m.exec(stdout)?.[1]);
      assert.ok(kept >= 1 && kept < long.epochs, stdout);
      assert.equal(await resumption(project), kept);
      assert.deepEqual(outsOf(project), expected);
    });
  }

  await t.step("its engine is killed: keeps a checkpoint by itself", async () => {
    await forget(project);
    const running = await trainingStarted(project);
    const [stage] = stageProcesses(running.pid);
    kill(running.pid);
    await running.finish();
    await until(() => !readdirSync("/proc").includes(String(stage)));
    assert.ok((await resumption(project))! > 1);
    assert.deepEqual(outsOf(project), expected);
  });

  await t.step("--force: trains anew", async () => {
    await forget(project);
    await interrupted(project);
    assert.equal(await resumption(project, "--force"), undefined);
    assert.deepEqual(outsOf(project), expected);
  });

  await t.step("its checkpoint is damaged: names it and trains anew", async () => {
    await forget(project);
    const path = await interrupted(project);
    const bytes = await Deno.readFile(project.path(path));
    bytes[bytes.length - 100]! ^= 1;
    await Deno.writeFile(project.path(path), bytes);
    const { code, stdout } = await project.run("repro");
    assert.equal(code, 0);
    assert.ok(/^train \| trains anew, since its checkpoint is of no use: (.*?): /m.exec(stdout)?.[1]?.endsWith(path));
    assert.deepEqual(outsOf(project), expected);
    assert.deepEqual(states(project), []);
  });
});

/** Interrupts a training. Returns the path of its checkpoint. */
async function interrupted(project: Project): Promise<string> {
  const running = await trainingStarted(project);
  running.kill("SIGTERM");
  await running.finish();
  return `.pipeline/state/${states(project)[0]}/checkpoint.safetensors`;
}
