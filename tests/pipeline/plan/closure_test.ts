import assert from "node:assert/strict";
import { type Closure, closureOf } from "../../../lib/pipeline/plan/closure.ts";
import { ERASURE_VERSION } from "../../../lib/pipeline/plan/erasure.ts";
import { Project, settle } from "../support/project.ts";

const MODULES = {
  "deno.json": `{ "imports": { "#table": "./lib/table.ts" } }`,
  "stages/plot.ts": `import { draw } from "../lib/draw.ts";
import type { Colour } from "../lib/colour.ts";
export default function plot(colour: Colour): string { return draw(colour); }
`,
  "lib/draw.ts": `import { table } from "#table";
import names from "./names.json" with { type: "json" };
/** Draws. */
export function draw(colour: string): string { return table(names.first) + colour + "drawn"; }
`,
  "lib/table.ts": `export const table = (name: string): string => name;\n`,
  "lib/other_table.ts": `export const table = (name: string): string => name + "!";\n`,
  "lib/colour.ts": `export type Colour = "red" | "blue";\n`,
  "lib/names.json": `{ "first": "one" }\n`,
};

async function closure(project: Project): Promise<Closure> {
  const module = project.path("stages/plot.ts");
  const closures = await closureOf([module], project.workspace);
  assert.ok(closures.ok, JSON.stringify(closures.diagnostics));
  return closures.value.get(module)!;
}

async function digestAfter(project: Project, path: string, text: string): Promise<string> {
  project.write(path, text);
  const { digest } = await closure(project);
  project.write(path, MODULES[path as keyof typeof MODULES]);
  return digest;
}

Deno.test("closureOf() lists the modules that run, relative to the root", async () => {
  await using project = await Project.make(MODULES);
  const { entry, modules, packages, files } = await closure(project);
  assert.equal(entry, "stages/plot.ts");
  assert.deepEqual(modules.map(({ path }) => path), [
    "lib/draw.ts",
    "lib/names.json",
    "lib/table.ts",
    "stages/plot.ts",
  ]);
  assert.deepEqual(packages, []);
  assert.deepEqual(files.toSorted(), modules.map(({ path }) => project.path(path)));
});

Deno.test("comments, types and formatting leave a closure's digest as it is", async () => {
  await using project = await Project.make(MODULES);
  const { digest } = await closure(project);
  const draw = MODULES["lib/draw.ts"];
  const edits: [string, string][] = [
    ["lib/draw.ts", draw.replace("/** Draws. */", "// Draws it all.\n/* at once */")],
    ["lib/draw.ts", draw.replace("{ return ", "{\n\n    return (").replace(`"drawn"`, `'drawn')`)],
    ["lib/draw.ts", draw.replace("colour: string): string", "colour: string | `${string}`)")],
    ["lib/draw.ts", `interface Unused { readonly name: string }\n${draw}`],
    ["lib/colour.ts", `export type Colour = "green";\n`],
    ["lib/names.json", `{"first":"one"}`],
    ["lib/other_table.ts", "export const table = 1;\n"],
  ];
  for (const [path, text] of edits) assert.equal(await digestAfter(project, path, text), digest, text);
});

Deno.test("a changed string, import, JSON value or import map changes a closure's digest", async () => {
  await using project = await Project.make(MODULES);
  const { digest } = await closure(project);
  const draw = MODULES["lib/draw.ts"];
  const edits: [string, string][] = [
    ["lib/draw.ts", draw.replace("drawn", "painted")],
    ["lib/draw.ts", draw.replace("#table", "./other_table.ts")],
    ["lib/draw.ts", draw.replace("colour +", "")],
    ["lib/names.json", `{ "first": "two" }\n`],
    ["deno.json", `{ "imports": { "#table": "./lib/other_table.ts" } }`],
  ];
  const digests = new Set([digest]);
  for (const [path, text] of edits) digests.add(await digestAfter(project, path, text));
  assert.equal(digests.size, edits.length + 1);
  assert.equal((await closure(project)).digest, digest);
});

Deno.test("a closure is the same wherever the project stands", async () => {
  await using one = await Project.make(MODULES);
  await using other = await Project.make(MODULES);
  assert.equal((await closure(one)).digest, (await closure(other)).digest);
});

Deno.test("an import map that swaps two modules of the closure changes its digest", async () => {
  const swapped = (a: string, b: string) => `{ "imports": { "a": "./${a}.ts", "b": "./${b}.ts" } }`;
  await using project = await Project.make({
    "deno.json": swapped("x", "y"),
    "stages/plot.ts": `import { v } from "a";\nimport { v as w } from "b";\nexport default () => v - w;\n`,
    "x.ts": "export const v = 1;\n",
    "y.ts": "export const v = 2;\n",
  });
  const { digest } = await closure(project);
  project.write("deno.json", swapped("y", "x"));
  assert.notEqual((await closure(project)).digest, digest);
});

Deno.test("a package counts by its integrity, with all that it depends on", async () => {
  const { npm } = JSON.parse(await Deno.readTextFile(new URL("../../../deno.lock", import.meta.url)));
  const integrityOf = (name: string): string => npm[name].integrity;
  const lock = (integrity: string) =>
    JSON.stringify({
      version: "5",
      specifiers: { "npm:supports-color@7.2.0": "7.2.0" },
      npm: {
        "has-flag@4.0.0": { integrity },
        "supports-color@7.2.0": { integrity: integrityOf("supports-color@7.2.0"), dependencies: ["has-flag"] },
      },
      workspace: { dependencies: ["npm:supports-color@7.2.0"] },
    });
  await using project = await Project.make({
    "deno.json": `{ "imports": { "supports-color": "npm:supports-color@7.2.0" } }`,
    "deno.lock": lock(integrityOf("has-flag@4.0.0")),
    "stages/plot.ts": `import colours from "supports-color";\nexport default () => colours;\n`,
  });
  const before = await closure(project);
  assert.deepEqual(
    before.packages,
    ["has-flag@4.0.0", "supports-color@7.2.0"].map((name) => ({
      name,
      integrity: integrityOf(name),
    })),
  );
  assert.equal(before.packageFolders.length, 2);
  project.write("deno.lock", lock("sha512-another=="));
  const after = await closure(project);
  assert.notEqual(after.digest, before.digest);
  assert.deepEqual(after.modules, before.modules);
});

Deno.test("closureOf() points at the import of a missing module", async () => {
  await using project = await Project.make({
    "stages/plot.ts": `import "../lib/draw.ts";\n`,
    "lib/draw.ts": `export const a = 1;\nimport { b } from "./gone.ts";\nexport const c = b;\n`,
  });
  const closures = await closureOf([project.path("stages/plot.ts")], project.workspace);
  assert.ok(!closures.ok);
  assert.deepEqual(closures.diagnostics.map(({ message }) => message), [
    `The module ${project.path("lib/gone.ts")} does not exist`,
  ]);
  const { source, start, end } = closures.diagnostics[0]!.range!;
  assert.equal(source.path, project.path("lib/draw.ts"));
  assert.equal(source.text.slice(start, end), `"./gone.ts"`);
});

Deno.test("closureOf() points at the place that names a missing entry", async () => {
  await using project = await Project.make();
  const module = project.path("stages/plot.ts");
  const range = { source: { path: "pipeline.yaml", text: "run: stages/plot.ts" }, start: 5, end: 19 };
  const closures = await closureOf([module], project.workspace, new Map([[module, range]]));
  assert.ok(!closures.ok);
  assert.deepEqual(closures.diagnostics, [{
    severity: "error",
    message: `The module ${module} does not exist`,
    range,
  }]);
});

Deno.test("closureOf() reports a name that the import map lacks, and a syntax error", async () => {
  await using project = await Project.make({
    "bare.ts": `import "nothing-by-that-name";\n`,
    "syntax.ts": `export const a = ;\n`,
  });
  for (
    const [module, message, place] of [
      ["bare.ts", /^nothing-by-that-name cannot be imported: /, 7],
      ["syntax.ts", /^Expression expected$/, 17],
    ] as const
  ) {
    const closures = await closureOf([project.path(module)], project.workspace);
    assert.ok(!closures.ok);
    assert.match(closures.diagnostics[0]!.message, message);
    assert.doesNotMatch(closures.diagnostics[0]!.message, /\n|file:/);
    assert.equal(closures.diagnostics[0]!.range!.start, place);
  }
});

Deno.test("an unchanged closure is remembered, without asking Deno again", async () => {
  await using project = await Project.make(MODULES);
  await settle();
  const first = await closure(project);
  const statements = project.workspace.index;
  const set = statements.set.bind(statements);
  const kept: string[] = [];
  statements.set = (kind, key, text) => {
    kept.push(kind);
    set(kind, key, text);
  };
  assert.deepEqual(await closure(project), first);
  assert.deepEqual(kept, []);
});

Deno.test("a remembered closure is worked out anew when a deno.json appears above the module", async () => {
  const { "deno.json": config, ...modules } = MODULES;
  await using project = await Project.make({ ...modules, "stages/deno.json": config.replace("./lib", "../lib") });
  const first = await closure(project);
  await settle();
  assert.equal((await closure(project)).digest, first.digest);
  project.write("deno.json", `{ "imports": { "#table": "./lib/other_table.ts" } }`);
  assert.notEqual((await closure(project)).digest, first.digest);
});

Deno.test("a dynamic import of a missing module is no error, and counts once the module appears", async () => {
  await using project = await Project.make({
    "stages/plot.ts": `export default () => import("./optional.ts").catch(() => undefined);\n`,
  });
  const first = await closure(project);
  await settle();
  assert.equal((await closure(project)).digest, first.digest);
  project.write("stages/optional.ts", "export const x = 1;\n");
  assert.notEqual((await closure(project)).digest, first.digest);
});

Deno.test("closureOf() lets its process exit", async () => {
  await using project = await Project.make(MODULES);
  const library = new URL("../../../lib/pipeline/", import.meta.url).href;
  project.write(
    "main.ts",
    `import { closureOf } from "${library}plan/closure.ts";
import { Workspace } from "${library}store/workspace.ts";
using workspace = await Workspace.open(${JSON.stringify(project.folder)});
console.log((await closureOf([${JSON.stringify(project.path("stages/plot.ts"))}], workspace)).ok);
`,
  );
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", new URL("../../../deno.json", import.meta.url).pathname, project.path("main.ts")],
    signal: AbortSignal.timeout(60_000),
  }).output();
  assert.ok(success);
  assert.equal(new TextDecoder().decode(stdout), "true\n");
});

Deno.test("what is erased of a module is remembered under the version of esbuild in use", async () => {
  const { version } = await import("esbuild");
  assert.ok(ERASURE_VERSION.startsWith(`esbuild ${version},`), `${ERASURE_VERSION} is not of esbuild ${version}`);
});

Deno.test("a module that is no code counts byte by byte, a text as it stands", async () => {
  await using project = await Project.make({
    "stages/plot.ts": `import text from "./notes.ts" with { type: "text" };
import * as table from "./table.wasm";
export default () => [text, table];
`,
    "stages/notes.ts": "// a comment\n",
  });
  const table = project.path("stages/table.wasm");
  // An empty module with a section of its own, of one byte that is not UTF-8.
  const wasm = (byte: number) => Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 3, 1, 0x61, byte);
  Deno.writeFileSync(table, wasm(0x80));
  const first = await closure(project);
  Deno.writeFileSync(table, wasm(0x81));
  const second = await closure(project);
  assert.notEqual(second.digest, first.digest);
  project.write("stages/notes.ts", "// another comment\n");
  assert.notEqual((await closure(project)).digest, second.digest);
});

Deno.test("compiler options that bear on what code does change a closure's digest, others do not", async () => {
  await using project = await Project.make(MODULES);
  const { imports } = JSON.parse(MODULES["deno.json"]);
  const digestWith = async (settings: object): Promise<string> => {
    project.write("deno.json", JSON.stringify({ imports, ...settings }));
    return (await closure(project)).digest;
  };
  const digest = await digestWith({});
  assert.equal(await digestWith({ compilerOptions: { noUnusedLocals: true } }), digest);
  assert.notEqual(await digestWith({ compilerOptions: { experimentalDecorators: true } }), digest);
});

Deno.test("closureOf() tells which modules are loaded on the way", async () => {
  await using project = await Project.make({
    "stages/plot.ts": `import "./now.ts";\nexport default () => import("./later.ts");\n`,
    "stages/now.ts": `import "./both.ts";\n`,
    "stages/later.ts": `import "./both.ts";\nimport "./later_still.ts";\n`,
    "stages/later_still.ts": `export {};\n`,
    "stages/both.ts": `export {};\n`,
  });
  assert.deepEqual((await closure(project)).lazy, ["stages/later.ts", "stages/later_still.ts"]);
});
