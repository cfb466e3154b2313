import assert from "node:assert/strict";
import type { PlannerOptions } from "../../../lib/pipeline/plan/planner.ts";
import type { Reason } from "../../../lib/pipeline/plan/reason.ts";
import { StoreError } from "../../../lib/pipeline/store/store_error.ts";
import { Project } from "../support/project.ts";

const MODULES = {
  "stages/train.ts": `import { step } from "../lib/step.ts";\nexport default () => step();\n`,
  "lib/step.ts": `/** A step. */\nexport const step = (): string => "step";\n`,
  "lib/extra.ts": `export const extra = 1;\n`,
};

/** Records one run and says why the stage is stale afterwards, `change` having been made. */
async function reasonsAfter(
  change: (project: Project) => void,
  options: { readonly before?: Partial<PlannerOptions>; readonly after?: Partial<PlannerOptions> } = {},
): Promise<readonly Reason[]> {
  await using project = await Project.make(MODULES);
  const stage = project.stage("train", { run: "stages/train.ts", with: { runtime: "auto" }, outs: ["weights"] });
  const planner = await project.planner([stage], options.before);
  const evaluation = await planner.evaluate(stage);
  project.write("weights", "weights");
  await planner.recorder.record(stage, evaluation);
  change(project);
  return (await (await project.planner([stage], options.after)).evaluate(stage)).reasons;
}

Deno.test("a comment in a module is no reason, a changed string is", async () => {
  const edit = (from: string, to: string) => (project: Project) =>
    project.write("lib/step.ts", MODULES["lib/step.ts"].replace(from, to));
  assert.deepEqual(await reasonsAfter(edit("/** A step. */", "// one")), []);
  assert.deepEqual(await reasonsAfter(edit(`"step"`, `"stride"`)), [
    { kind: "module changed", path: "lib/step.ts", change: "changed" },
  ]);
});

Deno.test("modules that come and go are named", async () => {
  assert.deepEqual(
    await reasonsAfter((project) =>
      project.write("stages/train.ts", `import { extra } from "../lib/extra.ts";\nexport default () => extra;\n`)
    ),
    [
      { kind: "module changed", path: "lib/extra.ts", change: "added" },
      { kind: "module changed", path: "lib/step.ts", change: "removed" },
      { kind: "module changed", path: "stages/train.ts", change: "changed" },
    ],
  );
});

Deno.test("evaluate() sees an edit that was made after the planner", async () => {
  await using project = await Project.make(MODULES);
  const stage = project.stage("train", { run: "stages/train.ts", outs: ["weights"] });
  const planner = await project.planner([stage]);
  project.write("lib/step.ts", `export const step = () => "edited";\n`);
  const { fingerprint } = await planner.evaluate(stage);
  const fresh = await (await project.planner([stage])).evaluate(stage);
  assert.equal(fingerprint, fresh.fingerprint);
});

Deno.test("a resolved value counts by what it came to and by what that depends on", async () => {
  const resolved = (value: string, identity: string): Partial<PlannerOptions> => ({
    descriptions: new Map([["train", { with: { runtime: "auto", epochs: 20 } }]]),
    resolutions: new Map([["train", [{ path: ["runtime"], value, identity }]]]),
  });
  const before = resolved("onnx", "1.30");
  assert.deepEqual(await reasonsAfter(() => {}, { before, after: before }), []);
  assert.deepEqual(await reasonsAfter(() => {}, { before, after: resolved("cpu", "4.22") }), [
    { kind: "parameter changed", key: "with.runtime", from: "onnx", to: "cpu" },
    { kind: "resolution changed", key: "with.runtime", from: "1.30", to: "4.22" },
  ]);
});

Deno.test("a package's other version is the reason, and its importers are not", async () => {
  await using project = await Project.make({ "stages/plot.ts": "export default () => 1;\n" });
  const stage = project.stage("plot", { run: "stages/plot.ts", outs: ["figure"] });
  const module = project.path("stages/plot.ts");
  const closure = (await project.closures(stage)).get(module)!;
  const withPackage = (name: string, integrity: string) =>
    new Map([[module, { ...closure, digest: integrity.repeat(64), packages: [{ name, integrity }] }]]);
  const lock = await project.lock();
  const graph = {
    stages: new Map([[stage.name, stage]]),
    upstream: new Map(),
    downstream: new Map(),
  };
  const planWith = async (name: string, integrity: string) => {
    const planner = await project.planner([stage], { lock, closures: withPackage(name, integrity) });
    const evaluation = (await planner.plan(graph, new Set(["plot"]))).evaluations.get("plot")!;
    return { planner, evaluation };
  };
  const { planner, evaluation } = await planWith("vega@6.4.0", "a");
  project.write("figure", "figure");
  await planner.recorder.record(stage, evaluation);
  assert.deepEqual((await planWith("vega@6.5.0", "b")).evaluation.reasons, [
    { kind: "package changed", name: "vega", from: "6.4.0", to: "6.5.0" },
  ]);
  assert.deepEqual((await planWith("vega@6.4.0", "c")).evaluation.reasons, [
    { kind: "package changed", name: "vega", from: "a", to: "c" },
  ]);
});

Deno.test("code that changed before it was loaded drops the result; once it is loaded, only what is loaded on the way does", async () => {
  await using project = await Project.make({
    ...MODULES,
    "stages/train.ts": `import "../lib/step.ts";\nexport default () => import("../lib/extra.ts");\n`,
  });
  const stage = project.stage("train", { run: "stages/train.ts", outs: ["weights"] });
  const planner = await project.planner([stage]);
  const evaluation = await planner.evaluate(stage);
  await planner.verifyCode(stage, evaluation, "all");
  project.write("weights", "weights");
  project.write("lib/step.ts", `export const step = () => "edited";\n`);
  const dropped = (path: string) => (error: unknown): boolean => {
    assert.ok(error instanceof StoreError);
    assert.equal(
      error.message,
      `${path} changed while train ran, so what the stage read is not known and its result is dropped`,
    );
    return true;
  };
  await assert.rejects(planner.verifyCode(stage, evaluation, "all"), dropped("lib/step.ts"));
  await planner.recorder.record(stage, evaluation);
  project.write("lib/extra.ts", "export const extra = 2;\n");
  await assert.rejects(planner.recorder.record(stage, evaluation), dropped("lib/extra.ts"));
});
