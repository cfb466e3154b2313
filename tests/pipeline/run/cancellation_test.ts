import assert from "node:assert/strict";
import { stageOf, temporaryFolder, writeFiles } from "../support/stage_sketch.ts";
import { trial } from "../support/stage_trial.ts";
import { moduleText } from "../support/module_text.ts";

function isRunning(process: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${process}/status`));
  } catch {
    return false;
  }
}

Deno.test("a cancelled module hears of it and may end in good order; its previous out is back", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "out.txt": "old",
    "stage.ts": moduleText({
      outs: ["out"],
      body: `
        Deno.writeTextFileSync(outs.out, "half");
        const aborted = new Promise((proceed) => signal.addEventListener("abort", proceed));
        const alive = setInterval(() => {}, 1000);
        console.log("ready");
        await aborted;
        clearInterval(alive);
        console.log("ending:", signal.reason.message);`,
    }),
  });
  const stage = stageOf(folder.path, { run: "stage.ts", outs: { out: "out.txt" } });
  const { outcome, lines } = await trial(folder.path, stage, { cancelWhenReady: new AbortController() });
  assert.equal(outcome.kind, "cancelled");
  assert.deepEqual(lines, ["ready", "ending: the run was cancelled"]);
  assert.equal(Deno.readTextFileSync(`${folder.path}/out.txt`), "old");
});

Deno.test("a module that does not listen is killed after the grace", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "stage.ts": moduleText({ body: `console.log("ready"); while (true);` }) });
  const stage = stageOf(folder.path, { run: "stage.ts" });
  const { outcome } = await trial(folder.path, stage, { cancelWhenReady: new AbortController(), grace: 50 });
  assert.equal(outcome.kind, "cancelled");
});

Deno.test("cancelling a command ends its children too", async () => {
  using folder = temporaryFolder();
  const cmd = ["sleep 60 & echo $! > child; trap '' TERM; echo ready; wait; sleep 60"];
  const { outcome } = await trial(folder.path, stageOf(folder.path, { cmd }), {
    cancelWhenReady: new AbortController(),
    grace: 50,
  });
  assert.equal(outcome.kind, "cancelled");
  assert.equal(isRunning(Number(Deno.readTextFileSync(`${folder.path}/child`))), false);
});

Deno.test("a child that a command leaves behind does not outlive the stage", async () => {
  using folder = temporaryFolder();
  const cmd = ["sleep 60 & echo $! > child"];
  const { outcome } = await trial(folder.path, stageOf(folder.path, { cmd }));
  assert.equal(outcome.kind, "succeeded");
  assert.equal(isRunning(Number(Deno.readTextFileSync(`${folder.path}/child`))), false);
});

Deno.test("a run that is cancelled before it starts starts nothing", async () => {
  using folder = temporaryFolder();
  const controller = new AbortController();
  controller.abort();
  const { outcome } = await trial(folder.path, stageOf(folder.path, { cmd: ["touch started"] }), {
    cancelWhenReady: controller,
  });
  assert.equal(outcome.kind, "cancelled");
  assert.throws(() => Deno.statSync(`${folder.path}/started`), Deno.errors.NotFound);
});
