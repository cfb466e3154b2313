import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { forget, kill, outsOf, stageProcesses, states, trainingProject } from "./training_project.ts";
import { CLI, type Project, type Running } from "../pipeline/rig.ts";

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
  await until(() => checkpointsIn(state).includes(1));
  return running;
}

/** Runs `repro` to its end: after which epoch it resumed, if it did. */
async function resumption(project: Project, ...flags: string[]): Promise<number | undefined> {
  const { code, stdout, stderr, ran } = await project.run("repro", ...flags);
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(ran, flags.includes("--force") ? ["copy", "train"] : ["train"]);
  const epoch = /^train \| resumes after epoch (\d+)$/m.exec(stdout)?.[1];
  return epoch === undefined ? undefined : Number(epoch);
}

Deno.test("a training that is interrupted", { ignore: Deno.build.os !== "linux" }, async (t) => {
  await using project = await trainingProject(long);
  const begun = performance.now();
  const { code, stdout, stderr } = await project.run("repro");
  const duration = (performance.now() - begun) / 1000;
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

  await t.step("--time-budget: each run keeps a checkpoint, and the command that it tells goes on", async () => {
    await forget(project);
    let budget = 0.8 * duration;
    let line = `deno run -A ${CLI} repro --time-budget ${budget.toFixed(1)}s`;
    let [kept, short] = [0, 0];
    for (;; short++) {
      assert.ok(short < 30, "no run gets any further");
      const before = kept;
      const { code, stdout, stderr } = await project.type(line).finish();
      const resumed = Number(/^train \| resumes after epoch (\d+)$/m.exec(stdout)?.[1] ?? 0);
      // Kept after its last epoch, it has nothing left to go through.
      assert.equal(resumed, kept === long.epochs ? 0 : kept, stdout);
      if (code === 0) break;
      assert.equal(code, 5, stdout + stderr);
      line = /^Go on.*?: (.*)$/m.exec(stdout)![1]!;
      const [state] = states(project);
      if (state !== undefined) kept = Math.max(kept, ...checkpointsIn(project.path(`.pipeline/state/${state}`)));
      if (kept === before) {
        // The machine has become busier than it was.
        budget *= 1.3;
        line = line.replace(/--time-budget \S+/, `--time-budget ${budget.toFixed(1)}s`);
      }
      if (!/^train \| keeps a checkpoint after epoch \d+$/m.test(stdout)) continue;
      assert.match(stdout, /^train cancelled; the next repro resumes it$/m);
      assert.match(stdout, /^The time budget of .* is over; .*; kept a checkpoint: train$/m);
    }
    assert.ok(short > 0, "no run was short of time");
    assert.deepEqual(outsOf(project), expected);
  });

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

  await t.step("its checkpoint is damaged: names it and goes on from the one before", async () => {
    await forget(project);
    const path = await interrupted(project);
    const bytes = await Deno.readFile(project.path(path));
    bytes[bytes.length - 100]! ^= 1;
    await Deno.writeFile(project.path(path), bytes);
    const { code, stdout } = await project.run("repro");
    assert.equal(code, 0);
    assert.ok(/^train \| does without a checkpoint: (.*?): /m.exec(stdout)?.[1]?.endsWith(path));
    assert.match(stdout, /^train \| resumes after epoch 1$/m);
    assert.deepEqual(outsOf(project), expected);
  });
});

Deno.test("a finished training goes on where epochs or snapshots are added, to the bytes of one that had them from the start", async () => {
  const write = async (epochs: number, snapshots: string): Promise<void> => {
    const text = (await project.read("pipeline.yaml"))
      .replace(/drops: .*/, "drops: { at: [3, 12] } }")
      .replace(/epochs: .*/, `epochs: ${epochs}`)
      .replace(/snapshots: \{.*/, `snapshots: ${snapshots}`);
    await project.write("pipeline.yaml", text);
  };
  await using project = await trainingProject({ epochs: 6, snapshots: "{ at: [2] }" });
  const [longer, denser] = [[10, "{ at: [2] }"], [10, "{ at: [2, 5, 7] }"]] as const;
  const expected: Record<string, string>[] = [];
  for (const [epochs, snapshots] of [longer, denser]) {
    await forget(project);
    await write(epochs, snapshots);
    assert.equal(await resumption(project, "--force"), undefined);
    expected.push(outsOf(project));
  }
  await forget(project);
  await write(6, "{ at: [2] }");
  assert.equal(await resumption(project, "--force"), undefined);
  await write(...longer);
  assert.equal(await resumption(project), 6);
  assert.deepEqual(outsOf(project), expected[0]);
  await write(...denser);
  assert.equal(await resumption(project), 2);
  assert.deepEqual(outsOf(project), expected[1]);
});

/** The epochs of which a folder has checkpoints. */
function checkpointsIn(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => /^epoch-(\d+)-\w+\.safetensors$/.exec(name)?.[1] ?? []).map(Number);
}

/** Interrupts a training. Returns the path of its last checkpoint. */
async function interrupted(project: Project): Promise<string> {
  const running = await trainingStarted(project);
  running.kill("SIGTERM");
  await running.finish();
  const state = `.pipeline/state/${states(project)[0]}`;
  return `${state}/${readdirSync(project.path(state)).sort().at(-1)}`;
}
