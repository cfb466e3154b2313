import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import type { Description } from "../../../lib/pipeline/modules/description.ts";
import { resolveValues } from "../../../lib/pipeline/modules/resolution.ts";
import { stageOf, temporaryFolder, writeFiles } from "../support/stage_sketch.ts";

const resolver = `
let calls = 0;
export default function (value) {
  calls += 1;
  if (value === "xla") throw new Error("there is no XLA plugin");
  const native = value === "plugin" ? { native: ["/opt/plugin.so"], pointers: true, env: ["DEVICE"] } : {};
  return { value: value === "auto" ? "onnx" : value, identity: { version: "1.30.0", calls }, ...native };
}
`;

function described(module: string, value: string): Description {
  return {
    with: { runtime: value },
    resolvers: [{ path: ["runtime"], module: pathToFileURL(module).href, value }],
  };
}

Deno.test("resolveValues() asks each question once and answers every stage", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "resolver.ts": resolver });
  const module = `${folder.path}/resolver.ts`;
  const stages = ["a", "b", "c"].map((name) => stageOf(folder.path, { name, run: "train.ts" }));
  const descriptions = new Map<string, Description>([
    ["a", described(module, "auto")],
    ["b", described(module, "auto")],
    ["c", { with: {}, resolvers: [] }],
  ]);
  const result = await resolveValues(stages, descriptions);
  assert.ok(result.ok);
  const resolution = { path: ["runtime"], value: "onnx", identity: { version: "1.30.0", calls: 1 } };
  assert.deepEqual(result.value, new Map([["a", [resolution]], ["b", [resolution]]]));
});

Deno.test("resolveValues() says why a value cannot be had", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "resolver.ts": resolver });
  const stages = ["a", "b"].map((name) => stageOf(folder.path, { name, run: "train.ts" }));
  const module = `${folder.path}/resolver.ts`;
  const descriptions = new Map(stages.map(({ name }) => [name, described(module, "xla")]));
  const result = await resolveValues(stages, descriptions);
  assert.ok(!result.ok);
  assert.deepEqual(result.diagnostics.map(({ message }) => message), [
    `with.runtime is "xla", which cannot be had here: there is no XLA plugin`,
  ]);
});

Deno.test("resolveValues() hands on the native libraries and variables that a resolver names", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "resolver.ts": resolver });
  const stages = [stageOf(folder.path, { name: "a", run: "train.ts" })];
  const result = await resolveValues(stages, new Map([["a", described(`${folder.path}/resolver.ts`, "plugin")]]));
  assert.ok(result.ok);
  const identity = { version: "1.30.0", calls: 1 };
  assert.deepEqual(result.value.get("a"), [{
    path: ["runtime"],
    value: "plugin",
    identity,
    native: ["/opt/plugin.so"],
    pointers: true,
    env: ["DEVICE"],
  }]);
});
