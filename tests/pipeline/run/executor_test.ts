import assert from "node:assert/strict";
import { trial } from "../support/stage_trial.ts";
import { stageOf, temporaryFolder, writeFiles } from "../support/stage_sketch.ts";
import { moduleText } from "../support/module_text.ts";

Deno.test("execute() runs a module with its values, deps, lists and outs", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "a.txt": "a",
    "b.txt": "b",
    "c.txt": "c",
    "repeat.ts": moduleText({
      deps: ["text"],
      lists: ["more"],
      outs: ["repeated"],
      body: `
        const texts = [deps.text, ...deps.more].map((path) => Deno.readTextFileSync(path));
        progress({ done: 1, total: 1, unit: "text", values: { loss: 0.5 } });
        console.log("repeating", context.with.times);
        Deno.writeTextFileSync(outs.repeated, texts.join("").repeat(context.with.times));`,
    }),
  });
  const stage = stageOf(folder.path, {
    run: "repeat.ts",
    with: { times: 2 },
    deps: { text: "a.txt", more: ["b.txt", "c.txt"] },
    outs: { repeated: "outputs/repeated.txt" },
  });

  const { outcome, lines, warnings, events, errors } = await trial(folder.path, stage);

  assert.deepEqual(errors, []);
  assert.equal(outcome.kind, "succeeded");
  assert.equal(Deno.readTextFileSync(`${folder.path}/outputs/repeated.txt`), "abcabc");
  assert.deepEqual(lines, ["repeating 2"]);
  assert.deepEqual(warnings, []);
  const progress = events.find(({ kind }) => kind === "stage progress");
  assert.deepEqual({ ...progress, time: 0 }, {
    kind: "stage progress",
    time: 0,
    stage: "stage",
    done: 1,
    total: 1,
    unit: "text",
    values: { loss: 0.5 },
  });
});

Deno.test("execute() gives a module what resolvers made of its values", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "write.ts": moduleText({
      outs: ["out"],
      body: `Deno.writeTextFileSync(outs.out, JSON.stringify(context.with));`,
    }),
  });
  const stage = stageOf(folder.path, { run: "write.ts", with: { a: { b: 1 } }, outs: { out: "out" } });
  await trial(folder.path, stage, { resolutions: [{ path: ["a", "runtime"], value: "onnx", identity: "1.0" }] });
  assert.equal(Deno.readTextFileSync(`${folder.path}/out`), `{"a":{"b":1,"runtime":"onnx"}}`);
});
