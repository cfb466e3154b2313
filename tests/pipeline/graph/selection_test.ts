import assert from "node:assert/strict";
import { formatDiagnostics } from "../../../lib/pipeline/diagnostic_text.ts";
import { type SelectionOptions, selectStages } from "../../../lib/pipeline/graph/selection.ts";
import { type Project, project } from "../file/project.ts";

function study(): Promise<Project> {
  return project({
    "pipeline.yaml": `stages:
  fetch: {cmd: echo, outs: [data/mnist]}
  train: {foreach: [2, 4], do: {cmd: echo, deps: [data/mnist], outs: ["outputs/mlp-\${item}/weights"]}}
  plot: {cmd: echo, deps: [outputs], outs: [figures]}
`,
  });
}

async function selected(targets: readonly string[], options: SelectionOptions = {}): Promise<string> {
  await using made = await study();
  const result = selectStages(await made.graph(), targets, options);
  return result.ok ? [...result.value].join(" ") : formatDiagnostics(result.diagnostics);
}

Deno.test("selectStages() selects everything without targets", async () => {
  assert.equal(await selected([]), "fetch train@2 train@4 plot");
});

Deno.test("selectStages() takes stages, groups and outs, with all upstream", async () => {
  assert.equal(await selected(["train@4"]), "fetch train@4");
  assert.equal(await selected(["train"]), "fetch train@2 train@4");
  assert.equal(await selected(["outputs/mlp-2/weights"]), "fetch train@2");
  assert.equal(await selected(["./outputs/mlp-2/"]), "fetch train@2");
  assert.equal(await selected(["data/mnist/train.bin"]), "fetch");
});

Deno.test("selectStages() takes all that is connected with the targets", async () => {
  assert.equal(await selected(["train@4"], { whole: true }), "fetch train@2 train@4 plot");
});

Deno.test("selectStages() takes an absolute path of an out", async () => {
  await using made = await study();
  const result = selectStages(await made.graph(), [made.path("figures")], { single: true });
  assert.deepEqual(result.ok && [...result.value], ["plot"]);
});

Deno.test("selectStages() takes the targets alone, or with all downstream", async () => {
  assert.equal(await selected(["plot", "fetch"], { single: true }), "fetch plot");
  assert.equal(await selected(["train@2"], { downstream: true }), "train@2 plot");
});

Deno.test("selectStages() matches patterns against names, groups and outs", async () => {
  assert.equal(await selected(["train@*"], { glob: true, single: true }), "train@2 train@4");
  assert.equal(await selected(["outputs/*-4/**"], { glob: true, single: true }), "train@4");
  assert.equal(await selected(["{fetch,plot}"], { glob: true, single: true }), "fetch plot");
});

Deno.test("selectStages() names the nearest for an unknown target", async () => {
  assert.equal(
    await selected(["trian@4", "nothing"]),
    `error: There is no stage, group or out trian@4
  hint: Did you mean train@4?
  hint: Expected one of fetch, train, plot, or the path of an out

error: There is no stage, group or out nothing
  hint: Expected one of fetch, train, plot, or the path of an out`,
  );
  assert.equal(
    await selected(["x*"], { glob: true }),
    `error: No stage or out matches x*
  hint: Expected one of fetch, train, plot, or the path of an out`,
  );
});
