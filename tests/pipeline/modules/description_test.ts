import assert from "node:assert/strict";
import { join } from "node:path";
import type { Diagnostic } from "../../../lib/pipeline/diagnostic.ts";
import type { Stage } from "../../../lib/pipeline/file/pipeline.ts";
import { type Code, describeModules, type Memory } from "../../../lib/pipeline/modules/description.ts";
import { stageOf, type StageSketch, temporaryFolder, writeFiles } from "../support/stage_sketch.ts";
import { moduleText } from "../support/module_text.ts";

const projectFolder = new URL("../../../", import.meta.url).pathname;

/** A project whose modules can import zod as this one does. */
function writeProject(folder: string, modules: Readonly<Record<string, string>>): void {
  writeFiles(folder, modules);
  const { imports } = JSON.parse(Deno.readTextFileSync(join(projectFolder, "deno.json")));
  Deno.writeTextFileSync(join(folder, "deno.json"), JSON.stringify({ imports: { zod: imports.zod } }));
}

function codeOf(stages: readonly Stage[]): Map<string, Code> {
  return new Map(stages.flatMap(({ action }) => {
    if (action.kind !== "run") return [];
    return [[action.module, { digest: "digest", files: [action.module], packageFolders: [] }]];
  }));
}

function texts(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ message, hints }) => [message, ...hints ?? []].join(" | "));
}

const trainParameters = `z.strictObject({
  model: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("mlp"), depth: z.int().min(1), width: z.int().default(100) }),
    z.strictObject({ kind: z.literal("resnet") }),
  ]),
  epochs: z.union([z.literal("last"), z.literal("all"), z.array(z.int())]),
  rate: z.number().positive().max(1),
  runtime: z.enum(["auto", "onnx", "cpu"]).meta({ resolver: "file:///resolver.ts" }).default("auto"),
})`;

const train = moduleText({
  imports: `import { z } from "zod";`,
  parameters: trainParameters,
  deps: ["dataset"],
  optionalDeps: ["weights"],
  lists: ["extras"],
  outs: ["history"],
  optionalOuts: ["snapshots"],
  resumes: { across: ["epochs"] },
});

const wellFormed: StageSketch = {
  run: "train.ts",
  with: { model: { kind: "mlp", depth: 4 }, epochs: "last", rate: 0.1 },
  deps: { dataset: "data" },
  outs: { history: "history.csv" },
};

async function problems(sketch: StageSketch): Promise<string[]> {
  using folder = temporaryFolder();
  writeProject(folder.path, { "train.ts": train });
  const stage = stageOf(folder.path, sketch);
  const result = await describeModules([stage], codeOf([stage]));
  return texts(result.diagnostics);
}

Deno.test("describeModules() fills in defaults, tells what is left to resolve and whether the stage resumes", async () => {
  using folder = temporaryFolder();
  writeProject(folder.path, { "train.ts": train });
  const stage = stageOf(folder.path, { ...wellFormed, name: "train@4" });
  const result = await describeModules([stage], codeOf([stage]));
  assert.ok(result.ok, texts(result.diagnostics).join("\n"));
  assert.deepEqual(result.value.get("train@4"), {
    with: { model: { kind: "mlp", depth: 4, width: 100 }, epochs: "last", rate: 0.1, runtime: "auto" },
    resolvers: [{ path: ["runtime"], module: "file:///resolver.ts", value: "auto" }],
    resumes: { across: ["epochs"] },
  });
});

Deno.test("describeModules() names every wrong value, what was found and what was expected", async () => {
  const found = await problems({
    ...wellFormed,
    with: { model: { kind: "mlp", depth: "4", wdith: 3 }, epochs: [1, "2"], rate: 2, runtime: "onx", seed: 1 },
  });
  assert.deepEqual(found, [
    `with.model.depth is "4", expected a number`,
    "with.model.wdith is not a parameter of the stage's module | Did you mean width?",
    `with.epochs.1 is "2", expected a number`,
    "with.rate is 2, expected at most 1",
    `with.runtime is "onx", expected "auto", "onnx" or "cpu" | Did you mean onnx?`,
    "with.seed is not a parameter of the stage's module | The keys here are model, epochs, rate, runtime",
  ]);
});

Deno.test("describeModules() names missing values and wrong choices", async () => {
  const found = await problems({ ...wellFormed, with: { model: { kind: "mpl" }, epochs: "first" } });
  assert.deepEqual(found, [
    `with.model.kind is "mpl", expected "mlp" or "resnet"`,
    `with.epochs is "first", expected "last", "all" or a list`,
    "with.rate is missing, expected a number",
  ]);
});

Deno.test("describeModules() holds the names of deps and outs against those of the module", async () => {
  const found = await problems({
    ...wellFormed,
    deps: { datset: "data", weights: ["a", "b"], extras: ["c", "d"] },
    outs: { table: "x" },
  });
  assert.deepEqual(found, [
    "train.ts has no dep named datset | Did you mean dataset?",
    "train.ts has no out named table | Its outs are history, snapshots",
    "train.ts needs a dep named dataset | Add `dataset: <path>` to the stage's deps",
    "train.ts needs an out named history | Add `history: <path>` to the stage's outs",
    "The dep weights is a list, but train.ts takes one path | Give one path",
  ]);
});

Deno.test("describeModules() reports a mistake that foreach repeats once", async () => {
  using folder = temporaryFolder();
  writeProject(folder.path, { "train.ts": train });
  const sketch = { ...wellFormed, with: { ...wellFormed.with, rate: -1 } };
  const stages = ["train@2", "train@4"].map((name) => stageOf(folder.path, { ...sketch, name }));
  const result = await describeModules(stages, codeOf(stages));
  assert.deepEqual(texts(result.diagnostics), ["with.rate is -1, expected more than 0"]);
});

Deno.test("describeModules() says what is wrong with a module", async (context) => {
  const cases = {
    "export const parameters = 1;\n": /^stage.ts cannot be used as a stage: its default export is not a stage/,
    "throw new Error('too early');\n":
      /^stage.ts cannot be used as a stage: too early \| It comes from .*stage.ts:1:7$/,
    "await fetch('http://localhost:4');\n": /^stage.ts cannot be used as a stage: Requires net access to "localhost:4"/,
    "Deno.exit(3);\n": /^stage.ts cannot be used as a stage: it ended with exit code 3$/,
    "import 'npm:no-such-package@1.0.0';\n": /^stage.ts cannot be used as a stage: .*no-such-package/,
  };
  for (const [text, expected] of Object.entries(cases)) {
    await context.step(text.trim(), async () => {
      using folder = temporaryFolder();
      writeProject(folder.path, { "stage.ts": text });
      const stage = stageOf(folder.path, { run: "stage.ts" });
      const result = await describeModules([stage], codeOf([stage]));
      assert.equal(result.diagnostics.length, 1);
      assert.match(texts(result.diagnostics)[0] ?? "", expected);
    });
  }
});

Deno.test("describeModules() imports nothing where neither code nor values changed", async () => {
  using folder = temporaryFolder();
  writeProject(folder.path, { "train.ts": train });
  const kept = new Map<string, string>();
  const memory: Memory = {
    get: (kind, key) => kept.get(kind + key),
    set: (kind, key, text) => kept.set(kind + key, text),
  };
  const stage = stageOf(folder.path, wellFormed);
  const first = await describeModules([stage], codeOf([stage]), memory);
  Deno.removeSync(join(folder.path, "train.ts"));
  const second = await describeModules([stage], codeOf([stage]), memory);
  assert.ok(first.ok && second.ok);
  assert.deepEqual(second.value, first.value);
});
