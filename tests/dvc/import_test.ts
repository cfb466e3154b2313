import assert from "node:assert/strict";
import { dvcProgram } from "./dvc_program.ts";
import { dvcPython } from "./environment.ts";
import { ownProgram } from "./own_program.ts";
import { writeFiles } from "./project.ts";

const python = await dvcPython();
const ignore = python === undefined && Deno.env.get("CI") === undefined;
if (ignore) console.log("DVC is not installed, so nothing is imported from it: deno task setup:dvc");

const FILES = {
  ".dvc/config": "[core]\n    no_scm = true\n",
  ".dvcignore": "*.tmp\n",
  "params.yaml": "a: 1\nwhole: {b: 1.0, c: [1, 2]}\n",
  "more.toml": "x = 1.5\n",
  "data/raw.txt": "raw\n",
  "data/sub/größe.txt": "more\n",
  "data/z.tmp": "ignored\n",
  "data2/dvc.yaml": `stages:
  clean: {cmd: mkdir -p clean/sub && cp ../data/raw.txt clean/sub/1.txt && echo 2 > clean/2.txt, deps: [../data], outs: [clean]}
`,
  "dvc.yaml": `stages:
  train:
    cmd: [cat data2/clean/sub/1.txt > model.txt, 'echo "{\\"m\\": 1}" > m.json']
    deps: [data2/clean]
    params: [a, whole, {more.toml: }]
    outs: [model.txt]
    metrics: [{m.json: {cache: false}}]
  report:
    cmd: cp model.txt report.txt
    deps: [model.txt]
    outs: [report.txt]
`,
};

/** Hands on a project that DVC has brought up to date, in a folder of its own. */
async function inProject(action: (folder: string) => Promise<void>): Promise<void> {
  if (python === undefined) throw new Error("DVC is not installed: deno task setup:dvc");
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "dvc-" }));
  const kept = await Deno.makeTempDir({ prefix: "dvc-" });
  try {
    using dvc = dvcProgram(python, kept);
    await writeFiles(folder, FILES);
    assert.ok((await dvc.run(folder, ".", ["repro"])).outcome.ok);
    await action(folder);
  } finally {
    for (const path of [folder, kept]) await Deno.remove(path, { recursive: true });
  }
}

Deno.test(
  "import dvc: what is up to date by DVC is up to date here, and comes out of DVC's cache",
  { ignore },
  async () => {
    await inProject(async (folder) => {
      await Deno.remove(`${folder}/data2/clean`, { recursive: true });
      await Deno.remove(`${folder}/report.txt`);

      const imported = await ownProgram.run(folder, ".", ["import", "dvc"]);
      assert.match(imported.log, /^3 stages of 3 imported$/m);
      const { outcome, log } = await ownProgram.run(folder, ".", ["repro"]);
      assert.deepEqual(outcome.ran, [], log);
      assert.deepEqual(outcome.restored, ["data2/dvc.yaml:clean", "report"], log);
      assert.equal(await Deno.readTextFile(`${folder}/data2/clean/sub/1.txt`), "raw\n");
      assert.match((await ownProgram.run(folder, ".", ["status"])).log, /^All 3 stages are up to date$/m);

      await Deno.writeTextFile(`${folder}/params.yaml`, "a: 2\nwhole: {b: 1.0, c: [1, 2]}\n");
      const edited = await ownProgram.run(folder, ".", ["repro"]);
      assert.deepEqual(edited.outcome.ran, ["train"], edited.log);
    });
  },
);

Deno.test("import dvc: what differs from dvc.lock is named and not imported", { ignore }, async () => {
  await inProject(async (folder) => {
    await writeFiles(folder, {
      "data/raw.txt": "other\n",
      "more.toml": "x = 2.5\n",
      "dvc.yaml": FILES["dvc.yaml"].replace("cp model.txt", "cat model.txt >"),
    });
    const { log } = await ownProgram.run(folder, ".", ["import", "dvc"]);
    assert.match(log, /^data2\/dvc\.yaml:clean is not imported: data changed, or is missing$/m);
    assert.match(log, /^train is not imported: more\.toml changed$/m);
    assert.match(log, /^report is not imported: its command changed$/m);
    assert.match(log, /^0 stages of 3 imported$/m);
  });
});

Deno.test(
  "explain --since: of a revision that has a dvc.lock alone it tells what differs from that",
  { ignore },
  async () => {
    await inProject(async (folder) => {
      const git = async (...args: string[]): Promise<void> => {
        const name = ["-c", "user.name=a", "-c", "user.email=a@b"];
        const { success, stderr } = await new Deno.Command("git", { args: [...name, ...args], cwd: folder }).output();
        assert.ok(success, new TextDecoder().decode(stderr));
      };
      await git("init", "--quiet");
      await git("add", "--all", "--force", ":!.dvc/cache", ":!.dvc/tmp");
      await git("commit", "--quiet", "--message", "by DVC");
      /** What is said to differ since. */
      const since = async (stage: string): Promise<string> => {
        const { log } = await ownProgram.run(folder, ".", ["explain", stage, "--since", "HEAD"]);
        const [, text] = / since HEAD:\s+(.*?)\s+fingerprint/s.exec(log) ?? [];
        return text?.replaceAll(/\s*\n\s*/g, "; ") ?? log;
      };

      assert.equal(await since("report"), "nothing changed");
      assert.equal(await since("train"), "nothing changed");
      assert.equal(await since("data2/dvc.yaml:clean"), "nothing changed");

      await writeFiles(folder, {
        "data/raw.txt": "other\n",
        "more.toml": "x = 2.5\n",
        "params.yaml": "a: 1\nwhole: {b: 2.0, c: [1, 2]}\n",
        "dvc.yaml": `${FILES["dvc.yaml"].replace("cp model.txt", "cat model.txt >")}  added: {cmd: echo}\n`,
      });
      assert.equal(await since("data2/dvc.yaml:clean"), "data changed");
      assert.equal(await since("train"), "more.toml.x: 1.5 -> 2.5; params.yaml:whole.b: 1 -> 2");
      assert.match(await since("report"), /cp model.txt report.txt/);
      assert.equal(await since("added"), "the lock there does not have it");
    });
  },
);
