import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { study } from "./study.ts";

const PIPELINE = `stages:
  join: {cmd: "cat data/*.csv > joined.txt", deps: [{glob: data/*.csv}], outs: [joined.txt]}
`;

Deno.test("a pattern stands for the files that it matches, which the lock records", async (test) => {
  await using project = await Project.create({
    "pipeline.yaml": PIPELINE,
    "data/a.csv": "a\n",
    "data/b.csv": "b\n",
    "data/note.txt": "x",
  });
  const first = await project.run("repro");
  assert.equal(first.code, 0, first.stderr);
  const lock = await project.read("pipeline.lock");
  assert.deepEqual([...lock.matchAll(/- path: (data\S+)\n {6}glob: (\S+)/g)].map(([, ...found]) => found), [
    ["data/a.csv", "data/*.csv"],
    ["data/b.csv", "data/*.csv"],
  ]);

  await test.step("what it does not match changes nothing", async () => {
    await project.write("data/note.txt", "y");
    await project.write("data/deep/c.csv", "c\n");
    assert.deepEqual((await project.run("repro")).ran, []);
  });

  await test.step("a file that comes, changes or goes runs the stage, and is named", async () => {
    await project.write("data/c.csv", "c\n");
    assert.match((await project.run("repro")).stdout, /^join runs: dep data\/c\.csv is new$/m);
    assert.equal(await project.read("joined.txt"), "a\nb\nc\n");
    await project.write("data/c.csv", "d\n");
    assert.match((await project.run("repro")).stdout, /^join runs: data\/c\.csv changed$/m);
    await project.remove("data/c.csv");
    const gone = await project.run("repro");
    assert.match(gone.stdout, /^join restored: dep data\/c\.csv is gone$/m);
    assert.equal(await project.read("joined.txt"), "a\nb\n");
  });

  await test.step("verify computes it again from what it matches", async () => {
    const { code, stdout, stderr } = await project.run("verify");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /1 out/);
  });

  await test.step("a pattern that matches nothing is an error", async () => {
    await project.edit("pipeline.yaml", "[{glob: data/*.csv}]", "[{glob: data/*.tsv}]");
    const { code, stderr } = await project.run("repro");
    assert.equal(code, 3);
    assert.match(stderr, /^pipeline\.yaml:2:\d+: error: join needs data\/\*\.tsv, which matches no file$/m);
  });
});

Deno.test("a stage waits for those whose outs a pattern matches, or finds inside", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  join:
    cmd: cat outputs/*/history.csv outputs/*.csv > outputs/joined.csv
    deps: [{glob: outputs/*/history.csv}, {glob: outputs/*.csv}]
    outs: [outputs/joined.csv]
  train:
    foreach: [1, 2]
    do: {cmd: "mkdir outputs/\${item}; echo \${item} > outputs/\${item}/history.csv", outs: ["outputs/\${item}"]}
  table: {cmd: echo table > outputs/table.csv, outs: [outputs/table.csv]}
  other: {cmd: echo x > x.csv, outs: [x.csv]}
`,
  });
  const dag = await project.run("dag", "join");
  assert.deepEqual(
    new Set(dag.stdout.match(/join|table|train@\d|other/g)),
    new Set(["train@1", "train@2", "table", "join"]),
  );
  const { code, stderr, ran } = await project.run("repro", "join");
  assert.equal(code, 0, stderr);
  assert.equal(ran.at(-1), "join");
  assert.equal(await project.read("outputs/joined.csv"), "1\n2\ntable\n");
  assert.deepEqual((await project.run("repro", "join")).ran, [], "its own out is no dep of it");
  await project.remove("outputs");
  assert.match((await project.run("status", "join")).stdout, /^Of 4 stages, 4 would be restored$/m);
  assert.deepEqual((await project.run("repro", "join")).ran, []);
  assert.equal(await project.read("outputs/joined.csv"), "1\n2\ntable\n");
});

Deno.test("a module gets what a pattern matches as a list, in the order of the paths, and may read no other file", async () => {
  const files = study();
  const module = (body: string): string =>
    `import { stage } from "stage";
import { z } from "zod";
export default stage({
  parameters: z.strictObject({}),
  deps: [],
  lists: ["tables"],
  outs: ["names"],
  async run({ deps, outs }) {
    ${body}
  },
});
`;
  await using project = await Project.create({
    "deno.json": files["deno.json"]!,
    "pipeline.yaml": `stages:
  names: {run: names.ts, deps: {tables: {glob: "data/*.csv"}}, outs: {names: names.txt}}
`,
    "names.ts": module(`
    const texts = await Promise.all(deps.tables.map((path) => Deno.readTextFile(path)));
    await Deno.writeTextFile(outs.names, texts.join(","));`),
    "data/b.csv": "b",
    "data/a.csv": "a",
    "data/c.txt": "c",
  });
  const { code, stderr, stdout } = await project.run("repro");
  assert.equal(code, 0, stdout + stderr);
  assert.equal(await project.read("names.txt"), "a,b");
  await project.write(
    "names.ts",
    module(`
    const other = deps.tables[0]!.replace("a.csv", "c.txt");
    await Deno.writeTextFile(outs.names, await Deno.readTextFile(other).catch(() => "none"));`),
  );
  const strict = await project.run("repro");
  assert.equal(strict.code, 1);
  assert.match(strict.stdout, /names read data\/c\.txt, which it did not declare/);
});

Deno.test("in a dvc.yaml a dep is a path, whatever characters it has", async () => {
  await using project = await Project.create({
    "dvc.yaml": "stages: {a: {cmd: cp 'in*.txt' out.txt, deps: ['in*.txt'], outs: [out.txt]}}\n",
    "in*.txt": "star",
    ".dvc/config": "",
  });
  assert.equal((await project.run("repro")).code, 0);
  assert.equal(await project.read("out.txt"), "star");
  await project.write("dvc.yaml", "stages: {a: {cmd: x, deps: [{glob: '*.txt'}]}}\n");
  assert.match((await project.run("repro")).stderr, /A dep is a map\n[^]*Expected a path in a dvc\.yaml/);
});
