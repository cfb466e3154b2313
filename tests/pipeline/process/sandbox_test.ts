import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { stageOf, type StageSketch, temporaryFolder, writeFiles } from "../support/stage_sketch.ts";
import { type Trial, trial } from "../support/stage_trial.ts";
import { moduleText } from "../support/module_text.ts";

const retry = "Run it alone: deno task repro --single-item stage";

/** Runs a module of one dep (`dep.txt`) and one out (`out.txt`) with a body. */
async function run(body: string, sketch: StageSketch = {}): Promise<Trial & { readonly folder: string }> {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "dep.txt": "dep",
    "other.txt": "other",
    "stage.ts": moduleText({ deps: ["dep"], outs: ["out"], body: `${body}; Deno.writeTextFileSync(outs.out, "new");` }),
  });
  const stage = stageOf(folder.path, {
    run: "stage.ts",
    deps: { dep: "dep.txt" },
    outs: { out: "out.txt" },
    ...sketch,
  });
  return { ...await trial(folder.path, stage), folder: folder.path };
}

const readDep = "Deno.readTextFileSync(deps.dep)";

Deno.test("a stage that reads what it did not declare fails by name", async () => {
  const { errors } = await run(`${readDep}; Deno.readTextFileSync("other.txt")`);
  assert.deepEqual(errors, [`stage read other.txt, which it did not declare\nAdd it to deps\n${retry}`]);
});

Deno.test("a stage that swallows the refusal fails all the same", async () => {
  const { errors } = await run(`${readDep}; try { Deno.readTextFileSync("/etc/hostname") } catch { /* ignored */ }`);
  assert.deepEqual(errors, [`stage read /etc/hostname, which it did not declare\nAdd it to deps\n${retry}`]);
});

Deno.test("a stage that looks whether a file is there has read it", async () => {
  const { errors } = await run(`${readDep}; await Deno.lstat(new URL("other.txt", import.meta.url)).catch(() => {})`);
  assert.deepEqual(errors, [`stage read other.txt, which it did not declare\nAdd it to deps\n${retry}`]);
});

Deno.test("a stage that writes elsewhere fails by name, and nothing is written", async () => {
  const { errors } = await run(`${readDep}; Deno.writeTextFileSync("../elsewhere.txt", "")`);
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? "", /^stage wrote \/.*\/elsewhere.txt, which it did not declare\nAdd it to outs/);
});

Deno.test("a stage cannot write its deps", async () => {
  const { errors } = await run(`Deno.writeTextFileSync(deps.dep, "")`);
  assert.match(errors[0] ?? "", /^stage wrote dep.txt, which it did not declare/);
});

Deno.test("a stage that reaches for a host that it did not declare fails by name", async () => {
  const { errors } = await run(`${readDep}; await fetch("http://localhost:4321/").catch(() => {})`);
  assert.match(
    errors[0] ?? "",
    /^stage reached for http:\/\/localhost:4321\/, which it did not declare\nName the host/,
  );
});

Deno.test("a stage may reach the hosts that it declares", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("hello"));
  const { port } = server.addr;
  const body = `${readDep}; console.log(await (await fetch("http://127.0.0.1:${port}/")).text())`;
  for (const net of [true, ["127.0.0.1"], [`127.0.0.1:${port}`]] as const) {
    const { lines, errors } = await run(body, { net });
    assert.deepEqual(errors, []);
    assert.deepEqual(lines, ["hello"]);
  }
});

Deno.test("a stage that starts a program fails by name", async () => {
  const { errors } = await run(`${readDep}; new Deno.Command("ls").outputSync()`);
  assert.match(errors[0] ?? "", /^stage started ls, which a module may not/);
});

Deno.test("a stage that makes a temporary file is told where it may write", async () => {
  const { errors } = await run(`${readDep}; Deno.makeTempFileSync()`);
  assert.match(errors[0] ?? "", /^stage made a temporary file, which it may not\nWrite inside one of its outs/);
});

Deno.test("a stage sees the environment variables that it declares and no others", async () => {
  const body = `${readDep}; console.log(Deno.env.get("HOME"), Deno.env.get("PATH")?.length > 0, process.env.USER)`;
  const { lines, errors } = await run(body, { env: ["PATH"] });
  assert.deepEqual(errors, []);
  assert.deepEqual(lines, ["undefined true undefined"]);
});

Deno.test("a stage may read untracked paths, and what untracked variables name, relative to where the engine started", async () => {
  using mirror = temporaryFolder();
  writeFiles(mirror.path, { "data.txt": "mirrored" });
  Deno.env.set("MINDEPTH_TEST_MIRROR", relative(Deno.cwd(), mirror.path));
  Deno.env.set("MINDEPTH_TEST_ADDRESS", "http://127.0.0.1/mirror");
  const read = `${readDep}; console.log(Deno.readTextFileSync("${mirror.path}/data.txt"))`;
  assert.deepEqual((await run(read, { untracked: [mirror.path] })).lines, ["mirrored"]);
  const body = `${read}; console.log(Deno.env.get("MINDEPTH_TEST_MIRROR"), Deno.env.get("MINDEPTH_TEST_ADDRESS"))`;
  const declared = await run(body, {
    untracked: ["MINDEPTH_TEST_MIRROR", "MINDEPTH_TEST_ADDRESS", "MINDEPTH_TEST_UNSET"],
  });
  assert.deepEqual(declared.lines, ["mirrored", `${mirror.path} http://127.0.0.1/mirror`]);
  const undeclared = await run(body, { env: ["MINDEPTH_TEST_MIRROR"] });
  assert.match(undeclared.errors[0] ?? "", /data.txt, which it did not declare/);
});

Deno.test("a stage may ask what it is allowed without failing by it", async () => {
  const body = `${readDep};
    const { state } = Deno.permissions.querySync({ name: "read", path: "/etc/hostname" });
    const host = Deno.permissions.querySync({ name: "net", host: "localhost" }).state;
    console.log(state, host);`;
  const { lines, errors } = await run(body);
  assert.deepEqual([lines, errors], [["prompt prompt"], []]);
});

Deno.test("a stage finds the same time zone, language and report on every machine", async () => {
  const body = `${readDep};
    const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions();
    console.log(timeZone, locale, Object.keys(process.report.getReport().header));`;
  const { lines } = await run(body);
  assert.deepEqual(lines, [`UTC en-US [ "glibcVersionRuntime" ]`]);
});

Deno.test("a stage keeps nothing outside of its outs for the next run", async () => {
  const { lines } = await run(`${readDep}; console.log(typeof localStorage, typeof caches)`);
  assert.deepEqual(lines, ["undefined undefined"]);
});

Deno.test("a stage stays in its folder", async () => {
  const { errors } = await run(`process.chdir("/")`);
  assert.match(errors[0] ?? "", /^stage failed: a stage stays in its folder: chdir is not available/);
});

Deno.test("a dep that a stage never read is a warning", async () => {
  const { outcome, warnings } = await run(`console.log("no need")`);
  assert.equal(outcome.kind, "succeeded");
  assert.deepEqual(warnings, ["stage never read dep.txt"]);
});

Deno.test("a module that a stage imports by a computed name is a dep, and no warning", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "plugins/one.ts": `export const name: string = "one";`,
    "stage.ts": moduleText({ deps: ["plugin"], body: `console.log((await import(deps.plugin)).name)` }),
  });
  const stage = stageOf(folder.path, { run: "stage.ts", deps: { plugin: "plugins/one.ts" } });
  const { errors, warnings, lines } = await trial(folder.path, stage);
  assert.deepEqual([errors, warnings, lines], [[], [], ["one"]]);
});

Deno.test("records that a stage prints itself are nothing to the engine", async () => {
  const { outcome, events } = await run(`${readDep}; console.log("\\x1enull"); console.log('\\x1e{"kind":"other"}')`);
  assert.equal(outcome.kind, "succeeded");
  assert.deepEqual(events, []);
});

Deno.test("a folder counts as read when a file inside was, also by another name of the folder", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "real/data/a.txt": "a",
    "stage.ts": moduleText({
      deps: ["data"],
      outs: ["out"],
      body: `Deno.writeTextFileSync(outs.out, Deno.readTextFileSync(deps.data + "/a.txt") + Deno.readTextFileSync(
        Deno.realPathSync(deps.data) + "/a.txt"));`,
    }),
  });
  Deno.symlinkSync("real", join(folder.path, "link"));
  const stage = stageOf(folder.path, { run: "stage.ts", deps: { data: "link/data" }, outs: { out: "out.txt" } });
  const { errors, warnings } = await trial(folder.path, stage);
  assert.deepEqual([errors, warnings], [[], []]);
});

Deno.test("a path that permission flags cannot hold is refused with the reason", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "a,b.txt": "", "stage.ts": moduleText({ deps: ["dep"] }) });
  const stage = stageOf(folder.path, { run: "stage.ts", deps: { dep: "a,b.txt" } });
  const { errors } = await trial(folder.path, stage);
  assert.match(errors[0] ?? "", /^stage cannot run in a sandbox: \/.*\/a,b.txt has a comma in its name\nRename it/);
});

Deno.test("a module imports by the import map of its own project", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "deno.json": JSON.stringify({ imports: { "greeting": "./lib/greeting.ts" } }),
    "lib/greeting.ts": `export const greeting: string = "hello";`,
    "lib/type.ts": `export interface Greeting { readonly text: string }`,
    "stages/stage.ts": moduleText({
      imports: `import { greeting } from "greeting"; import type { Greeting } from "../lib/type.ts";`,
      outs: ["out"],
      body: `Deno.writeTextFileSync(outs.out, greeting);`,
    }),
  });
  const stage = stageOf(folder.path, { run: "stages/stage.ts", outs: { out: "out.txt" } });
  const files = ["stages/stage.ts", "lib/greeting.ts"].map((name) => join(folder.path, name));
  const { errors } = await trial(folder.path, stage, { code: { digest: "", files, packageFolders: [] } });
  assert.deepEqual(errors, []);
});

Deno.test("a stage may load a native library outside of npm where a resolver named it, by a link too", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "real/library.so": "none",
    "stage.ts": moduleText({
      outs: ["out"],
      body: `
        try { Deno.dlopen("link/library.so", {}); } catch (error) { Deno.writeTextFileSync(outs.out, String(error)); }`,
    }),
  });
  Deno.symlinkSync("real", join(folder.path, "link"));
  const stage = stageOf(folder.path, { run: "stage.ts", outs: { out: "out.txt" } });
  const refused = await trial(folder.path, stage);
  assert.match(refused.errors[0] ?? "", /^stage loaded the native library link\/library.so, which is in none of/);
  const native = [join(folder.path, "link")];
  const { errors } = await trial(folder.path, stage, {
    resolutions: [{ path: ["runtime"], value: "plugin", identity: "1", native }],
  });
  assert.deepEqual(errors, []);
  assert.match(Deno.readTextFileSync(join(folder.path, "out.txt")), /^Error: Could not open library/);
});

Deno.test("a stage may call native code by pointers, and sees variables, where a resolver says so", async () => {
  using folder = temporaryFolder();
  const variable = "MINDEPTH_TEST_DEVICE";
  writeFiles(folder.path, {
    "stage.ts": moduleText({
      outs: ["out"],
      body: `
        const bytes = new BigUint64Array([7n]);
        const seen = new Deno.UnsafePointerView(Deno.UnsafePointer.of(bytes)).getBigUint64();
        Deno.writeTextFileSync(outs.out, seen + " " + Deno.env.get("${variable}"));`,
    }),
    "loading.ts": moduleText({
      outs: ["out"],
      body: `try { Deno.dlopen("other.so", {}); } catch { Deno.writeTextFileSync(outs.out, ""); }`,
    }),
  });
  Deno.env.set(variable, "1");
  const stage = stageOf(folder.path, { run: "stage.ts", outs: { out: "out.txt" } });
  const refused = await trial(folder.path, stage);
  assert.match(refused.errors[0] ?? "", /^stage /);
  const resolution = { path: ["runtime"], value: "plugin", identity: "1", native: [], pointers: true, env: [variable] };
  const { errors } = await trial(folder.path, stage, { resolutions: [resolution] });
  assert.deepEqual(errors, []);
  assert.equal(Deno.readTextFileSync(join(folder.path, "out.txt")), "7 1");

  const loading = stageOf(folder.path, { run: "loading.ts", outs: { out: "out.txt" } });
  const other = await trial(folder.path, loading, { resolutions: [resolution] });
  assert.match(other.errors[0] ?? "", /^stage loaded the native library other.so, which is in none of/);
});
