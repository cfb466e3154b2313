import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = new URL("..", import.meta.url).pathname;

/** The rooms of the house, and the rooms each may import from besides itself: dependencies point one way. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "lib/pipeline/stage": [],
  "lib/pipeline": ["lib/pipeline/stage"],
  "lib/formats": [],
  "lib/compile": [],
  "lib/runtimes": ["lib/compile"],
  "lib/nn": ["lib/runtimes", "lib/compile", "lib/formats"],
  "lib/datasets": ["lib/formats"],
  "lib/collapse": ["lib/runtimes", "lib/compile", "lib/formats"],
  "lib/figures": ["lib/formats"],
  "lib/claims": ["lib/figures", "lib/formats"],
  "stages": [
    "lib/pipeline/stage",
    "lib/claims",
    "lib/figures",
    "lib/collapse",
    "lib/nn",
    "lib/datasets",
    "lib/runtimes",
    "lib/compile",
    "lib/formats",
  ],
};

/** The innermost room a file (relative to the root) stands in. */
function roomOf(file: string): string | undefined {
  return Object.keys(ROOMS).filter((room) => file.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];
}

/** The specifiers a module imports, statically or by a literal `import()`. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
  return [...code.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

const FILES = globSync("{lib,stages}/**/*.ts", { cwd: ROOT });

Deno.test("every module stands in a room of the house", () => {
  assert.ok(FILES.length > 0);
  assert.deepEqual(FILES.filter((file) => roomOf(file) === undefined), []);
});

Deno.test("dependencies point one way", () => {
  const wrong: string[] = [];
  for (const file of FILES) {
    const room = roomOf(file)!;
    for (const specifier of importsOf(readFileSync(join(ROOT, file), "utf8"))) {
      if (!specifier.startsWith(".")) continue;
      const target = relative(ROOT, join(ROOT, dirname(file), specifier));
      const other = roomOf(target);
      if (other !== room && !(other !== undefined && ROOMS[room]!.includes(other))) wrong.push(`${file} -> ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("a stage reaches one module of the engine, the small versioned one", () => {
  const reached = new Set<string>();
  for (const file of FILES.filter((file) => roomOf(file) === "stages")) {
    for (const specifier of importsOf(readFileSync(join(ROOT, file), "utf8"))) {
      if (specifier.includes("/pipeline/")) reached.add(relative(ROOT, join(ROOT, dirname(file), specifier)));
    }
  }
  assert.deepEqual([...reached].filter((path) => path !== "lib/pipeline/stage/mod.ts"), []);
});

Deno.test("no two rooms depend on each other, even by way of a third", () => {
  const reachable = (room: string, seen = new Set<string>()): Set<string> => {
    for (const next of ROOMS[room] ?? []) if (!seen.has(next)) reachable(next, seen.add(next));
    return seen;
  };
  for (const room of Object.keys(ROOMS)) assert.ok(!reachable(room).has(room), room);
});

Deno.test("a folder of the engine depends on those above it in the table of CONTRIBUTING.md alone", () => {
  const page = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
  const [, rows] = /\n\| in `lib\/pipeline\/`[^\n]*\n[^\n]*\n((?:\|[^\n]*\n)+)/.exec(page)!;
  const names = rows!.split("\n").flatMap((row) => [...row.split("|")[1]?.matchAll(/`(\w+)\/`/g) ?? []]);
  const engine = "lib/pipeline";
  // First the files of no folder, and last the command line.
  const order = [engine, ...names.map(([, name]) => `${engine}/${name}`), `${engine}/cli.ts`];
  const placeOf = (path: string): string => order.includes(path) ? path : dirname(path);
  const files = FILES.filter((file) => file.startsWith(`${engine}/`));
  assert.deepEqual(new Set(files.map(placeOf)), new Set(order));
  const wrong = files.flatMap((file) =>
    importsOf(readFileSync(join(ROOT, file), "utf8"))
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => join(dirname(file), specifier))
      .filter((target) => order.indexOf(placeOf(target)) > order.indexOf(placeOf(file)))
      .map((target) => `${file} -> ${target}`)
  );
  assert.deepEqual(wrong, []);
});

/** What a `deno.json` names. */
function importMap(folder: string): Record<string, string> {
  return JSON.parse(readFileSync(join(ROOT, folder, "deno.json"), "utf8")).imports;
}

Deno.test("every dependency is pinned to one version", () => {
  const [all, engine] = [importMap("."), importMap("lib/pipeline")];
  for (const [name, specifier] of [...Object.entries(all), ...Object.entries(engine)]) {
    assert.match(specifier, /^npm:(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/, `${name} is not pinned`);
  }
  for (const name of Object.keys(all).filter((name) => name in engine)) assert.equal(engine[name], all[name]);
});

Deno.test("the engine names all packages that it imports in its own deno.json, and no others", () => {
  const named = Object.keys(importMap("lib/pipeline")).filter((name) => !name.startsWith("@types/"));
  const imported = FILES.filter((file) => file.startsWith("lib/pipeline/"))
    .flatMap((file) => importsOf(readFileSync(join(ROOT, file), "utf8")))
    .filter((specifier) => !/^(\.|node:|file:)/.test(specifier));
  assert.deepEqual([...new Set(imported)].sort(), named.sort());
});
