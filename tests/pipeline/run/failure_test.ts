import assert from "node:assert/strict";
import { join } from "node:path";
import { stageOf, type StageSketch, temporaryFolder, writeFiles } from "../support/stage_sketch.ts";
import { type Trial, trial, type TrialOptions } from "../support/stage_trial.ts";
import { StoreError } from "../../../lib/pipeline/store/store_error.ts";
import { moduleText } from "../support/module_text.ts";

const retry = "Run it alone: deno task repro --single-item stage";

interface Failure extends Trial {
  /** What is in the folder of outs afterwards, by name. */
  readonly outs: Readonly<Record<string, string>>;
}

/** Runs a stage of the out `outs/out.txt`, which holds `old` before. */
async function run(sketch: StageSketch, options: TrialOptions = {}): Promise<Failure> {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "outs/out.txt": "old" });
  const stage = stageOf(folder.path, { outs: { out: "outs/out.txt" }, ...sketch });
  const result = await trial(folder.path, stage, options);
  const outs: Record<string, string> = {};
  for (const { name } of Deno.readDirSync(join(folder.path, "outs"))) {
    outs[name] = Deno.readTextFileSync(join(folder.path, "outs", name));
  }
  assert.deepEqual([...Deno.readDirSync(join(folder.path, ".pipeline/tmp/aside"))], []);
  return { ...result, outs };
}

async function runModule(body: string, options?: TrialOptions): Promise<Failure> {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "stage.ts": moduleText({ outs: ["out"], body }) });
  return await run({ run: join(folder.path, "stage.ts") }, options);
}

Deno.test("an error of a stage is shown as its message, with the log's last lines, and the previous out is back", async () => {
  const { errors, outs } = await runModule(`
    for (let line = 1; line <= 12; line++) console.log("line", line);
    Deno.writeTextFileSync(outs.out, "half");
    throw new Error("data/a.idx: magic number 7, expected 2051");`);
  const lines = Array.from({ length: 10 }, (_, index) => `  line ${index + 3}`).join("\n");
  assert.deepEqual(errors, [
    `stage failed: data/a.idx: magic number 7, expected 2051\nThe last lines of its log:\n${lines}\n${retry}`,
  ]);
  assert.deepEqual(outs, { "out.txt": "old" });
});

Deno.test("an error that was not written for people comes with its place, and no stack", async () => {
  const { errors, lines } = await runModule(`undefined.length;`);
  assert.match(
    errors[0] ?? "",
    /^stage failed: Cannot read properties of undefined \(reading 'length'\)\nTypeError thrown at (?:\/.*\/)?stage.ts:\d+:\d+\n/,
  );
  assert.deepEqual(lines, []);
});

Deno.test("the causes of an error are told", async () => {
  const { errors } = await runModule(`throw new Error("cannot read the data", { cause: new Error("it is torn") });`);
  assert.match(errors[0] ?? "", /^stage failed: cannot read the data: it is torn\n/);
});

Deno.test("an error that nobody waits for fails the stage", async () => {
  const { errors } = await runModule(
    `Promise.reject(new Error("lost")); await new Promise((wake) => setTimeout(wake, 5000));`,
  );
  assert.match(errors[0] ?? "", /^stage failed: lost\n/);
});

Deno.test("a stage that exits before it is done has failed, whatever the code", async () => {
  const { errors } = await runModule(`Deno.writeTextFileSync(outs.out, ""); Deno.exit(0);`);
  assert.match(errors[0] ?? "", /^stage ended with exit code 0 before it was done\n/);
});

Deno.test("a stage that leaves an out unwritten has failed", async () => {
  const { errors, outs } = await runModule(`console.log("no out")`);
  assert.deepEqual(errors, [
    `stage did not write outs/out.txt, which it declares\nThe last lines of its log:\n  no out\n${retry}`,
  ]);
  assert.deepEqual(outs, { "out.txt": "old" });
});

Deno.test("a stage without one of its files names it", async () => {
  const { errors } = await run({ run: "missing.ts" });
  assert.match(errors[0] ?? "", /^stage failed: Module not found .*missing.ts/);
});

Deno.test("a stage whose folder is missing says so", async () => {
  using folder = temporaryFolder();
  const stage = stageOf(folder.path, { cmd: ["true"], wdir: "nowhere" });
  const { errors } = await trial(folder.path, stage);
  assert.match(errors[0] ?? "", /^stage cannot run: there is no folder \/.*\/nowhere\n/);
});

Deno.test("a command that fails is named with its exit code, and those after it do not run", async () => {
  const { errors, lines, outs } = await run({ cmd: ["echo one > outs/out.txt", "echo two; exit 3", "echo three"] });
  assert.deepEqual(errors, [
    `stage failed: \`echo two; exit 3\` ended with exit code 3\nThe last lines of its log:\n  two\n${retry}`,
  ]);
  assert.deepEqual(lines, ["two"]);
  assert.deepEqual(outs, { "out.txt": "old" });
});

Deno.test("a process that the kernel killed is told apart, and what probably happened", async () => {
  const memory = "It took more memory than there was, most likely: ";
  const { errors } = await run({ cmd: ["kill -9 $$"] });
  assert.ok(errors[0]?.startsWith(`stage was killed by SIGKILL\n${memory}`), errors[0]);
  const inner = await run({ cmd: ["sh -c 'kill -9 $$' && true"] });
  const cause = "stage failed: `sh -c 'kill -9 $$' && true` ended with exit code 137, which stands for SIGKILL";
  assert.ok(inner.errors[0]?.startsWith(`${cause}\n${memory}`), inner.errors[0]);
});

Deno.test("want of memory is named where the log or the error tells of it", async () => {
  const { errors } = await runModule(`throw new RangeError("Array buffer allocation failed")`);
  assert.match(errors[0] ?? "", /\nThere was not enough memory\. Say in its resources\.memory what it takes, /);
  const heap = await run({ cmd: ["echo '# Fatal JavaScript out of memory: Reached heap limit'; kill -TRAP $$"] });
  assert.match(heap.errors[0] ?? "", /^stage was killed by SIGTRAP\nThe heap of JavaScript is full; /);
});

Deno.test("a full disk is named", async () => {
  const { errors } = await run({ cmd: ["echo full | cat > /dev/full"] }, { retry: "make again" });
  assert.match(errors[0] ?? "", /No space left on device/);
  assert.match(errors[0] ?? "", /\nThe disk is full; free some space\n/);
  assert.match(errors[0] ?? "", /\nRun it alone: make again stage$/);
});

Deno.test("a stage that takes longer than its time is ended", async () => {
  const { errors, outs } = await run({ cmd: ["sleep 60"], resources: { time: 0.2 } });
  assert.match(errors[0] ?? "", /^stage took longer than the 0.2 s of its resources\.time\n/);
  assert.deepEqual(outs, { "out.txt": "old" });
});

Deno.test("where taking the outs over fails, the stage has failed and the previous outs are back", async () => {
  const commit = (): Promise<never> => Promise.reject(new Error("No space left on device (os error 28)"));
  const { errors, outs } = await run({ cmd: ["echo new > outs/out.txt"] }, { commit });
  assert.match(errors[0] ?? "", /^stage failed: No space left on device \(os error 28\)\nThe disk is full/);
  assert.deepEqual(outs, { "out.txt": "old" });
});

Deno.test("a persist out stays in place for the stage and comes back as it was", async () => {
  const cmd = ["cat outs/out.txt; echo more >> outs/out.txt; exit 1"];
  const { lines, outs } = await run({ cmd, persist: true });
  assert.deepEqual(lines, ["old"]);
  assert.deepEqual(outs, { "out.txt": "old" });
});

Deno.test("an out that was not there before is removed after a failure", async () => {
  const { outs } = await run({ cmd: ["echo 1 > outs/new.txt; exit 1"], outs: { out: "outs/new.txt" } });
  assert.deepEqual(outs, { "out.txt": "old" });
});

Deno.test("a stage that waits for what never comes is told so, instead of hanging", async () => {
  const { errors } = await runModule(`await new Promise(() => {});`);
  assert.match(errors[0] ?? "", /^stage failed: it waits for a promise that nothing is left to settle\n/);
});

Deno.test("a stage whose code is found to have changed when it is loaded is ended", async () => {
  const loaded = (): Promise<never> => Promise.reject(new StoreError("lib/a.ts changed while stage ran"));
  const { errors, outs } = await runModule(`setInterval(() => {}, 1000); await new Promise(() => {});`, {
    loaded,
    grace: 10,
  });
  assert.match(errors[0] ?? "", /^lib\/a.ts changed while stage ran\n/);
  assert.deepEqual(outs, { "out.txt": "old" });
});
