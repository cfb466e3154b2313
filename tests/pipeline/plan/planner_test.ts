import assert from "node:assert/strict";
import { chmodSync, utimesSync, writeFileSync } from "node:fs";
import type { Stage } from "../../../lib/pipeline/file/pipeline.ts";
import type { Evaluation } from "../../../lib/pipeline/plan/plan.ts";
import { StoreError } from "../../../lib/pipeline/store/store_error.ts";
import { Float } from "../../../lib/pipeline/value.ts";
import { graphOf, Project } from "../support/project.ts";

/** Does what the engine does with one stage: nothing, a restoration, or a run that writes the given files. */
async function reproduce(project: Project, stage: Stage, files: { readonly [path: string]: string }): Promise<string> {
  const planner = await project.planner([stage]);
  const evaluation = await planner.evaluate(stage);
  if (evaluation.state === "restorable" && (await planner.recorder.restore(stage, evaluation)).restored) {
    planner.recorder.flush();
    return "restored";
  }
  if (evaluation.state === "unchanged") return "unchanged";
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  await planner.recorder.record(stage, evaluation, 1);
  planner.recorder.flush();
  return "ran";
}

async function evaluate(project: Project, stage: Stage): Promise<Evaluation> {
  return await (await project.planner([stage])).evaluate(stage);
}

async function states(project: Project, ...stages: readonly Stage[]): Promise<{ [name: string]: string }> {
  const planner = await project.planner(stages);
  const plan = await planner.plan(graphOf(...stages), new Set(stages.map(({ name }) => name)));
  return Object.fromEntries([...plan.evaluations].map(([name, { state }]) => [name, state]));
}

Deno.test("a stage is stale before its first run and unchanged after", async () => {
  await using project = await Project.make({ "in.txt": "in" });
  const stage = project.stage("copy", { deps: ["in.txt"], outs: ["out.txt"] });
  const before = await evaluate(project, stage);
  assert.equal(before.state, "stale");
  assert.deepEqual(before.reasons, [{ kind: "never run" }]);
  assert.equal(await reproduce(project, stage, { "out.txt": "out" }), "ran");
  const after = await evaluate(project, stage);
  assert.equal(after.state, "unchanged");
  assert.deepEqual(after.reasons, []);
});

Deno.test("a changed dep, command, parameter, variable or folder is the reason, derived from the lock alone", async () => {
  await using project = await Project.make({ "in.txt": "in", "other/keep": "" });
  Deno.env.set("PLANNER_TEST_VARIABLE", "one");
  const parts = {
    cmd: "copy",
    deps: ["in.txt"],
    outs: ["out.txt"],
    params: { lr: new Float(0.1), model: { depth: 2, width: 100 } },
    env: ["PLANNER_TEST_VARIABLE"],
  };
  await reproduce(project, project.stage("copy", parts), { "out.txt": "out" });
  project.remove(".pipeline/cache");
  const reasons = async (changed: object) =>
    (await evaluate(project, project.stage("copy", { ...parts, ...changed }))).reasons;

  assert.deepEqual(await reasons({ cmd: "copy -v" }), [{ kind: "command changed", from: "copy", to: "copy -v" }]);
  assert.deepEqual(await reasons({ params: { lr: new Float(0.05), model: { depth: 4, width: 100 } } }), [
    { kind: "parameter changed", key: "params.yaml:lr", from: 0.1, to: 0.05 },
    { kind: "parameter changed", key: "params.yaml:model.depth", from: 2, to: 4 },
  ]);
  assert.deepEqual(await reasons({ wdir: "other" }), [{ kind: "folder changed", from: ".", to: "other" }]);
  assert.deepEqual(await reasons({ outs: ["new.txt"] }), [
    { kind: "out changed", path: "new.txt", change: "added" },
    { kind: "out changed", path: "out.txt", change: "removed" },
  ]);
  assert.deepEqual(await reasons({ out: { persist: true } }), [{ kind: "declaration changed" }]);
  assert.deepEqual(await reasons({ deps: ["in.txt", "other"] }), [{
    kind: "dep changed",
    path: "other",
    change: "added",
  }]);
  project.write("in.txt", "in!");
  assert.deepEqual(await reasons({}), [{ kind: "dep changed", path: "in.txt", change: "changed" }]);
  project.write("in.txt", "in");
  Deno.env.set("PLANNER_TEST_VARIABLE", "two");
  assert.deepEqual(await reasons({}), [{ kind: "environment changed", name: "PLANNER_TEST_VARIABLE" }]);
  Deno.env.set("PLANNER_TEST_VARIABLE", "one");
  assert.deepEqual(await reasons({}), []);
});

Deno.test("1 and 1.0 are different parameters", async () => {
  await using project = await Project.make();
  const stage = (depth: number | Float) => project.stage("s", { params: { depth }, outs: ["out"] });
  await reproduce(project, stage(1), { out: "1" });
  assert.equal((await evaluate(project, stage(1))).state, "unchanged");
  const { state, reasons } = await evaluate(project, stage(new Float(1)));
  assert.equal(state, "stale");
  assert.deepEqual(reasons, [{ kind: "parameter changed", key: "params.yaml:depth", from: 1, to: 1 }]);
});

Deno.test("switching a parameter back restores what was there, under another name too", async () => {
  await using project = await Project.make();
  const stage = (lr: number, name = "train") =>
    project.stage(name, { cmd: "train", params: { lr }, outs: ["model", "history/log"] });
  await reproduce(project, stage(1), { model: "first", "history/log": "one" });
  await reproduce(project, stage(2), { model: "second", "history/log": "two" });
  assert.equal(await reproduce(project, stage(1), {}), "restored");
  assert.equal(project.read("model") + project.read("history/log"), "firstone");
  assert.equal((await evaluate(project, stage(1))).state, "unchanged");
  assert.equal(await reproduce(project, stage(2, "renamed"), {}), "restored");
  assert.equal(project.read("model"), "second");
});

Deno.test("an edited or deleted out is restored", async () => {
  await using project = await Project.make({ "in.txt": "" });
  const stage = project.stage("s", { deps: ["in.txt"], outs: ["folder", "file"] });
  await reproduce(project, stage, { "folder/a": "a", "folder/b/c": "c", file: "f" });
  project.write("folder/b/c", "edited");
  project.write("folder/new", "new");
  project.remove("file");
  const { state, reasons } = await evaluate(project, stage);
  assert.equal(state, "restorable");
  assert.deepEqual(reasons, [
    { kind: "out changed", path: "folder", change: "changed" },
    { kind: "out missing", path: "file" },
  ]);
  assert.equal(await reproduce(project, stage, {}), "restored");
  assert.equal(project.read("folder/b/c"), "c");
  assert.deepEqual([...Deno.readDirSync(project.path("folder"))].map(({ name }) => name).sort(), ["a", "b"]);
  assert.equal(project.read("file"), "f");
});

Deno.test("an out that keeps size and modification time is seen to change", async () => {
  await using project = await Project.make({ in: "" });
  const stage = project.stage("s", { deps: ["in"], outs: ["out"] });
  await reproduce(project, stage, { out: "aaaa" });
  const { mtime, atime } = Deno.statSync(project.path("out"));
  writeFileSync(project.path("out"), "bbbb");
  utimesSync(project.path("out"), atime!, mtime!);
  assert.equal((await evaluate(project, stage)).state, "restorable");
});

Deno.test("a plan looks through restorable stages and waits for stale ones", async () => {
  await using project = await Project.make({ "data/x": "x" });
  const chain = (lr: number) => [
    project.stage("train", { params: { lr }, deps: ["data"], outs: ["weights"] }),
    project.stage("probe", { deps: ["weights/last"], outs: ["tables/probe"] }),
    project.stage("features", { deps: ["weights"], outs: ["tables/features"] }),
    project.stage("plot", { deps: ["tables"], outs: ["figure"] }),
  ];
  const run = async (lr: number) => {
    for (const stage of chain(lr)) {
      await reproduce(
        project,
        stage,
        {
          train: { "weights/last": `${lr}`, "weights/first": "0" },
          probe: { "tables/probe": `probe ${lr}` },
          features: { "tables/features": `features ${lr}` },
          plot: { figure: `figure ${lr}` },
        }[stage.name]!,
      );
    }
  };
  assert.deepEqual(await states(project, ...chain(1)), {
    train: "stale",
    probe: "waiting",
    features: "waiting",
    plot: "waiting",
  });
  await run(1);
  await run(2);
  assert.deepEqual(await states(project, ...chain(1)), {
    train: "restorable",
    probe: "restorable",
    features: "restorable",
    plot: "restorable",
  });
  assert.deepEqual(await states(project, ...chain(3)), {
    train: "stale",
    probe: "waiting",
    features: "waiting",
    plot: "waiting",
  });
  assert.deepEqual(await states(project, ...chain(2)), {
    train: "unchanged",
    probe: "unchanged",
    features: "unchanged",
    plot: "unchanged",
  });
});

Deno.test("a waiting stage names the stage that it waits for, and its own reasons", async () => {
  await using project = await Project.make();
  const stages = (first: number, second: number) => [
    project.stage("a", { params: { first }, outs: ["a.txt"] }),
    project.stage("b", { params: { second }, deps: ["a.txt"], outs: ["b.txt"] }),
  ];
  for (const stage of stages(1, 1)) await reproduce(project, stage, { [`${stage.name}.txt`]: stage.name });
  const changed = stages(2, 2);
  const plan = await (await project.planner(changed)).plan(graphOf(...changed), new Set(["a", "b"]));
  assert.deepEqual(plan.evaluations.get("b")?.reasons, [
    { kind: "parameter changed", key: "params.yaml:second", from: 1, to: 2 },
    { kind: "upstream", stage: "a" },
  ]);
});

Deno.test("a change that leaves an out identical stops there", async () => {
  await using project = await Project.make();
  const first = (seed: number) => project.stage("a", { params: { seed }, outs: ["a.txt"] });
  const second = project.stage("b", { deps: ["a.txt"], outs: ["b.txt"] });
  await reproduce(project, first(1), { "a.txt": "same" });
  await reproduce(project, second, { "b.txt": "b" });
  assert.equal(await reproduce(project, first(2), { "a.txt": "same" }), "ran");
  assert.equal(await reproduce(project, second, {}), "unchanged");
});

Deno.test("a dep that nobody makes and that is missing is the reason", async () => {
  await using project = await Project.make();
  const stage = project.stage("s", { deps: ["missing.txt"], outs: ["out"] });
  const { state, reasons, fingerprint } = await evaluate(project, stage);
  assert.equal(state, "stale");
  assert.equal(fingerprint, undefined);
  assert.deepEqual(reasons, [{ kind: "dep missing", path: "missing.txt" }]);
});

Deno.test("frozen stages are left alone, always-changed stages and those without deps and outs always run", async () => {
  await using project = await Project.make({ in: "" });
  const frozen = project.stage("frozen", { deps: ["in"], outs: ["f"], frozen: true });
  const always = project.stage("always", { deps: ["in"], outs: ["a"], alwaysChanged: true });
  const callback = project.stage("callback");
  for (const stage of [always, callback]) await reproduce(project, stage, { a: "a" });
  assert.deepEqual(await states(project, frozen, always, callback), {
    frozen: "frozen",
    always: "stale",
    callback: "stale",
  });
});

Deno.test("outs with cache: false or persist are not restored from the run cache, metrics are", async () => {
  for (
    const [out, expected] of [
      [{ cache: false }, "ran"],
      [{ persist: true }, "ran"],
      [{ cache: false, kind: "metric" }, "restored"],
      [{}, "restored"],
    ] as const
  ) {
    await using project = await Project.make();
    const stage = (lr: number) => project.stage("s", { params: { lr }, outs: ["out"], out });
    await reproduce(project, stage(1), { out: "1" });
    await reproduce(project, stage(2), { out: "2" });
    assert.equal(await reproduce(project, stage(1), { out: "1" }), expected, JSON.stringify(out));
  }
});

Deno.test("record() drops a result when a dep changed while the stage ran", async () => {
  await using project = await Project.make({ in: "before" });
  const stage = project.stage("s", { deps: ["in"], outs: ["out"] });
  const planner = await project.planner([stage]);
  const evaluation = await planner.evaluate(stage);
  project.write("in", "meanwhile");
  project.write("out", "out");
  await assert.rejects(planner.recorder.record(stage, evaluation), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.match(error.message, /^in changed while s ran/);
    return true;
  });
  assert.equal((await project.lock()).stages.size, 0);
  project.write("in", "before");
  assert.equal((await evaluate(project, stage)).state, "stale");
});

Deno.test("record() refuses a missing out", async () => {
  await using project = await Project.make({ in: "" });
  const stage = project.stage("s", { deps: ["in"], outs: ["out"] });
  const planner = await project.planner([stage]);
  await assert.rejects(
    planner.recorder.record(stage, await planner.evaluate(stage)),
    /^StoreError: out does not exist$/,
  );
});

Deno.test("preserve() puts outs of a fresh clone into the cache before they are overwritten", async () => {
  await using project = await Project.make();
  const stage = (lr: number) => project.stage("s", { params: { lr }, outs: ["out"] });
  await reproduce(project, stage(1), { out: "1" });
  project.remove(".pipeline/cache/cas");
  project.remove(".pipeline/cache/ac");
  const planner = await project.planner([stage(2)]);
  await planner.recorder.preserve(stage(2));
  await reproduce(project, stage(2), { out: "2" });
  assert.equal(await reproduce(project, stage(1), {}), "restored");
  assert.equal(project.read("out"), "1");
});

Deno.test("programs stay programs when they are restored", async () => {
  await using project = await Project.make({ in: "" });
  const stage = project.stage("build", { deps: ["in"], outs: ["program", "folder"] });
  const planner = await project.planner([stage]);
  const evaluation = await planner.evaluate(stage);
  project.write("program", "#!/bin/sh");
  project.write("folder/tool", "#!/bin/sh");
  project.write("folder/text", "text");
  for (const path of ["program", "folder/tool"]) chmodSync(project.path(path), 0o755);
  await planner.recorder.record(stage, evaluation);
  project.remove("program");
  project.remove("folder");
  assert.equal(await reproduce(project, stage, {}), "restored");
  const isProgram = (path: string) => (Deno.statSync(project.path(path)).mode! & 0o100) !== 0;
  assert.deepEqual(["program", "folder/tool", "folder/text"].map(isProgram), [true, true, false]);
});
