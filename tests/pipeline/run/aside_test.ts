import assert from "node:assert/strict";
import { join } from "node:path";
import { heal, setAside } from "../../../lib/pipeline/run/aside.ts";
import { stageOf, temporaryFolder, writeFiles } from "../support/stage_sketch.ts";
import { moduleText } from "../support/module_text.ts";

/** Every file below a folder with its text. */
function contents(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (!isDirectory) found[name] = Deno.readTextFileSync(join(folder, name));
    else for (const [inner, text] of Object.entries(contents(join(folder, name)))) found[`${name}/${inner}`] = text;
  }
  return found;
}

const before = { "outs/a/one": "1", "outs/a/deep/two": "2", "outs/b": "b" };

function place(
  folder: string,
  persist = false,
): { readonly stage: ReturnType<typeof stageOf>; readonly scratch: string } {
  writeFiles(folder, before);
  const stage = stageOf(folder, { cmd: [], outs: ["outs/a", "outs/b", "outs/new/c"], persist });
  return { stage, scratch: join(folder, "scratch") };
}

Deno.test("setAside() clears the way, and restore() puts everything back", async () => {
  using folder = temporaryFolder();
  const { stage, scratch } = place(folder.path);
  const aside = await setAside(scratch, stage);
  assert.deepEqual(contents(join(folder.path, "outs")), {});
  writeFiles(folder.path, { "outs/a": "a file now", "outs/new/c": "c" });
  await aside.restore();
  assert.deepEqual(contents(folder.path), before);
});

Deno.test("discard() keeps the new outs and leaves nothing of the old", async () => {
  using folder = temporaryFolder();
  const { stage, scratch } = place(folder.path);
  const aside = await setAside(scratch, stage);
  writeFiles(folder.path, { "outs/a": "new a", "outs/b": "new b", "outs/new/c": "new c" });
  await aside.discard();
  const after = { "outs/a": "new a", "outs/b": "new b", "outs/new/c": "new c" };
  assert.deepEqual(contents(folder.path), after);
  assert.deepEqual(await heal(scratch), []);
  assert.deepEqual(contents(folder.path), after);
});

Deno.test("heal() puts back what a killed engine had set aside", async () => {
  for (const persist of [false, true]) {
    using folder = temporaryFolder();
    const { stage, scratch } = place(folder.path, persist);
    await setAside(scratch, stage);
    writeFiles(folder.path, { "outs/a/half": "half", "outs/b": "half", "outs/new/c": "half" });
    assert.match((await heal(scratch))[0]!.message, /^stage was running when a run was killed; its outs are back/);
    assert.deepEqual(contents(folder.path), before);
    assert.deepEqual(await heal(scratch), []);
  }
});

Deno.test("heal() has nothing to do in a fresh workspace", async () => {
  using folder = temporaryFolder();
  assert.deepEqual(await heal(join(folder.path, "scratch")), []);
});

Deno.test("heal() restores outs of which some were not moved yet", async () => {
  for (const unmoved of [1, 2, 3]) {
    using folder = temporaryFolder();
    const { stage, scratch } = place(folder.path);
    await setAside(scratch, stage);
    // As if the engine had been killed before the last renames.
    const [entry] = [...Deno.readDirSync(join(scratch, "aside"))];
    const { places } = JSON.parse(Deno.readTextFileSync(join(scratch, "aside", entry?.name ?? "", "journal.json")));
    for (const { out, kept } of places.slice(-unmoved)) if (kept !== undefined) Deno.renameSync(kept, out);
    assert.match((await heal(scratch))[0]!.message, /^stage was running when a run was killed; its outs are back/);
    assert.deepEqual(contents(folder.path), before);
  }
});

Deno.test("heal() names a folder whose journal is damaged, and leaves it", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "aside/a/journal.json": "{torn", "aside/a/0": "previous" });
  await assert.rejects(heal(folder.path), { message: /\/aside\/a is damaged, so the outs/ });
  assert.equal(Deno.readTextFileSync(join(folder.path, "aside/a/0")), "previous");
});

Deno.test("heal() throws away what was given up", async () => {
  using folder = temporaryFolder();
  const { stage, scratch } = place(folder.path);
  await setAside(scratch, stage);
  writeFiles(folder.path, { "outs/b": "new" });
  // As if the engine had been killed in the middle of discard().
  const [entry] = [...Deno.readDirSync(join(scratch, "aside"))];
  Deno.removeSync(join(scratch, "aside", entry?.name ?? "", "journal.json"));
  assert.deepEqual(await heal(scratch), []);
  assert.deepEqual(contents(folder.path), { "outs/b": "new" });
});

Deno.test("after a kill of the engine the stage ends and its previous out is healed", async () => {
  using folder = temporaryFolder();
  const scratch = join(folder.path, "scratch");
  writeFiles(folder.path, {
    "out.txt": "old",
    "stage.ts": moduleText({
      outs: ["out"],
      body: `
        Deno.writeTextFileSync(outs.out, "half");
        console.log("ready", Deno.pid);
        while (true) Deno.statSync(outs.out);`,
    }),
    "engine.ts": `
      import { execute } from ${JSON.stringify(new URL("../../../lib/pipeline/run/executor.ts", import.meta.url))};
      import { stageOf } from ${JSON.stringify(new URL("../support/stage_sketch.ts", import.meta.url))};
      const folder = ${JSON.stringify(folder.path)};
      const stage = stageOf(folder, { run: "stage.ts", outs: { out: "out.txt" } });
      const job = {
        code: { digest: "", files: [folder + "/stage.ts"], packageFolders: [] },
        root: folder,
        scratch: folder + "/scratch",
        commit: () => Promise.resolve(),
      };
      await execute(stage, job, (event) => console.log(event.text), new AbortController().signal);`,
  });
  const engine = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", new URL("../../../deno.json", import.meta.url).pathname, "engine.ts"],
    cwd: folder.path,
    stdout: "piped",
  }).spawn();
  const output = engine.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const [, id] = /ready (\d+)/.exec((await output.read()).value ?? "") ?? [];
  engine.kill("SIGKILL");
  await engine.status;
  await output.cancel();
  assert.ok(Deno.statSync(`/proc/${id}`).isDirectory, "the stage outlives its engine for now");

  assert.match((await heal(scratch))[0]!.message, /^stage was running when a run was killed; its outs are back/);

  assert.equal(Deno.readTextFileSync(join(folder.path, "out.txt")), "old");
  assert.throws(() => Deno.statSync(`/proc/${id}/exe`), Deno.errors.NotFound);
});
