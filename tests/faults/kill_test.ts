import assert from "node:assert/strict";
import { forget, kill, outsOf, stageProcesses, trainingProject } from "./training_project.ts";
import type { Project } from "../pipeline/rig.ts";

/** How many kills of the first network: `KILLS=200` for thorough ones. */
const kills = Number(Deno.env.get("KILLS") ?? 20);
/** Kills in a row, at most, before the training may come to its end. */
const inRow = 5;

const victims = ["engine", "stage", "both"] as const;

/** A moment's chance, the same in each run of the test. */
function* chances(): Generator<number, never> {
  for (let state = 12345;;) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    yield state / 2 ** 32;
  }
}

/** Starts `repro` and kills what is chosen after so long. Returns what it said, and which stages it ran to their end. */
async function disturbed(project: Project, victim: typeof victims[number], milliseconds: number): Promise<string> {
  const running = project.start("repro");
  const timer = setTimeout(() => {
    const processes = stageProcesses(running.pid);
    if (victim !== "stage") kill(running.pid);
    if (victim !== "engine") processes.forEach(kill);
  }, milliseconds);
  const { stdout } = await running.finish();
  clearTimeout(timer);
  return stdout;
}

/** The stages that the lock has. */
async function finished(project: Project): Promise<string[]> {
  if (!await project.exists("pipeline.lock")) return [];
  return [...(await project.read("pipeline.lock")).matchAll(/^ {2}(copy|train):$/gm)].map(([, name]) => name!);
}

/** Networks, and the share of the kills that each gets. */
const trainings = [
  { name: "a perceptron", model: "{ kind: mlp, depth: 4, width: 32 }", share: 1 },
  { name: "a convolutional net", model: "{ kind: convnet, depth: 3, width: 4, halvings: 1 }", share: 0.25 },
];

for (const { name, model, share } of trainings) {
  const own = Math.ceil(kills * share);
  Deno.test(
    `${own} kills of engine, stage or both at any moment of training ${name}: nothing finished runs again, and the bytes are those of an undisturbed run`,
    { ignore: Deno.build.os !== "linux" },
    async () => {
      await using project = await trainingProject({ epochs: 24, snapshots: "{ every: 2 }", model });
      const begun = performance.now();
      const undisturbed = await project.run("repro");
      const duration = performance.now() - begun;
      assert.equal(undisturbed.code, 0, undisturbed.stdout + undisturbed.stderr);
      const expected = outsOf(project);
      assert.equal(Object.keys(expected).length, 14);

      const chance = chances();
      let resumed = 0;
      for (let done = 0; done < own;) {
        await forget(project);
        const row = Math.min(inRow, own - done);
        for (let attempt = 0; attempt <= row; attempt++) {
          const before = await finished(project);
          const victim = victims[Math.floor(chance.next().value * victims.length)]!;
          const moment = chance.next().value * duration;
          const said = attempt < row ? await disturbed(project, victim, moment) : (await project.run("repro")).stdout;
          for (const name of before) assert.doesNotMatch(said, new RegExp(`^${name} runs`, "m"), said);
          if (/^train \| resumes after epoch/m.test(said)) resumed++;
          assert.doesNotMatch(said, /^train \| does without a checkpoint/m);
        }
        done += row;
        assert.deepEqual(await finished(project), ["copy", "train"]);
        assert.deepEqual(outsOf(project), expected);
      }
      assert.ok(resumed > 0, "no run had anything to resume");
    },
  );
}
