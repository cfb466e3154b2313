import assert from "node:assert/strict";
import { Project } from "../rig.ts";

const stage = (name: string, dep: string, out: string): string =>
  `stages:\n  ${name}:\n    cmd: cp ${dep} ${out}\n    deps: [${dep}]\n    outs: [${out}]\n`;

/** Three files in a chain, one beside, one that is ignored and one inside of tracked data. */
const FILES = {
  ".dvc/config": "",
  ".dvcignore": "old\n*.tmp\n",
  "raw.txt": "raw\n",
  "a/dvc.yaml": stage("clean", "../raw.txt", "clean.txt"),
  "b/dvc.yaml": stage("train", "../a/clean.txt", "model.txt"),
  "c/dvc.yaml": stage("other", "../raw.txt", "other.txt"),
  "old/dvc.yaml": "stages: broken\n",
  "data.dvc": "outs:\n- path: data\n",
  "data/dvc.yaml": "stages: broken\n",
  "dvc.yaml": stage("report", "b/model.txt", "report.txt"),
};

Deno.test("every dvc.yaml of a DVC project is part of one graph", async () => {
  await using project = await Project.create(FILES);
  const { ran, stderr } = await project.run("repro");
  assert.deepEqual(ran, ["a/dvc.yaml:clean", "b/dvc.yaml:train", "report"], stderr);
  assert.deepEqual((await project.run("repro", "-P")).ran, ["c/dvc.yaml:other"]);
  assert.ok(await project.exists("pipeline.lock"));

  await project.write("raw.txt", "other\n");
  const inside = await project.startIn("b", {}, "repro", "train").finish();
  assert.deepEqual(inside.ran, ["a/dvc.yaml:clean", "b/dvc.yaml:train"], inside.stderr);
  assert.deepEqual((await project.run("repro", "-R", "c")).ran, ["c/dvc.yaml:other"]);
  assert.deepEqual((await project.run("repro", "c/dvc.yaml", "report")).ran, ["report"]);
});

Deno.test("--allow-missing takes what is not on disk as the lock has it; checkout puts it back", async () => {
  await using project = await Project.create(FILES);
  await project.run("repro");
  for (const path of ["raw.txt", "a/clean.txt", "b/model.txt"]) await project.remove(path);
  assert.equal((await project.run("repro")).code, 1);
  const { code, stdout } = await project.run("repro", "--allow-missing");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^3 unchanged in /m);
  assert.equal((await project.run("checkout", "b/dvc.yaml")).code, 0);
  assert.equal(await project.read("b/model.txt"), "raw\n");
  assert.equal(await project.exists("a/clean.txt"), false);
});

Deno.test("checkout keeps what the cache does not have, and commit takes it over", async () => {
  await using project = await Project.create({ "in.txt": "in\n", "dvc.yaml": stage("a", "in.txt", "a.txt") });
  await project.run("repro");
  await project.write("a.txt", "by hand\n");
  const refused = await project.run("checkout");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /a\.txt was changed, and the cache does not have it as it is/);
  assert.match((await project.run("commit")).stderr, /a is not committed: a\.txt is not as the stage left it/);
  assert.equal((await project.run("commit", "--force")).code, 0);
  assert.match((await project.run("repro")).stdout, /^1 unchanged in /m);
  await project.remove("a.txt");
  assert.equal((await project.run("checkout")).code, 0);
  assert.equal(await project.read("a.txt"), "by hand\n");
});

Deno.test("what --no-commit leaves out of the cache, commit puts there", async () => {
  await using project = await Project.create({ "in.txt": "in\n", "dvc.yaml": stage("a", "in.txt", "a.txt") });
  assert.deepEqual((await project.run("repro", "--no-commit")).ran, ["a"]);
  await project.write("kept.txt", await project.read("a.txt"));
  await project.remove("a.txt");
  assert.equal((await project.run("checkout")).code, 1);
  await project.write("a.txt", await project.read("kept.txt"));
  assert.equal((await project.run("commit")).code, 0);
  await project.remove("a.txt");
  assert.deepEqual((await project.run("repro")).restored, ["a"]);
});

Deno.test("a param that is missing holds up the stages that name it, no others", async () => {
  await using project = await Project.create({
    "dvc.yaml": `stages:
  a: {cmd: echo a > a.txt, params: [x], outs: [a.txt]}
  b: {cmd: echo b > b.txt, outs: [b.txt]}
`,
  });
  const { code, ran, stdout } = await project.run("repro", "--keep-going");
  assert.deepEqual([code, ran], [1, ["b"]]);
  assert.match(stdout, /dvc\.yaml:2:37: error: The params file does not exist: params\.yaml/);
  assert.match((await project.run("status")).stdout, /^a would run\n {2}params\.yaml:x is missing$/m);
});

Deno.test("a DVC project may lie inside a repository", async () => {
  await using project = await Project.create({
    "dvc.yaml": "stages: {outside: {cmd: exit 1}}\n",
    "ml/.dvc/config": "",
    "ml/deep/dvc.yaml": 'stages: {a: {cmd: echo "$DVC_ROOT $DVC_STAGE" > a.txt, outs: [a.txt]}}\n',
  });
  const { code, stdout } = await project.startIn("ml", {}, "repro", "-P").finish();
  assert.equal(code, 0, stdout);
  assert.equal(await project.read("ml/deep/a.txt"), `${project.path("ml")} deep/dvc.yaml:a\n`);

  await project.edit("ml/deep/dvc.yaml", "echo", "false");
  const failed = await project.startIn("ml", {}, "repro", "deep/dvc.yaml").finish();
  const [, command = ""] = /Run it alone: (.*)/.exec(failed.stdout) ?? [];
  await project.edit("ml/deep/dvc.yaml", "false", "echo");
  const mended = await project.type(`cd ml && ${command}`).finish();
  assert.deepEqual(mended.code, 0, mended.stdout + mended.stderr);
});

Deno.test("of data that a .dvc file tracks and that are not here, it says where they come from", async () => {
  await using project = await Project.create({
    ".dvc/config": "",
    "raw.dvc": "outs:\n- path: raw\n",
    "dvc.yaml": stage("clean", "raw/one.txt", "clean.txt"),
  });
  const { code, stdout, stderr } = await project.run("repro");
  assert.equal(code, 1, stderr);
  assert.match(
    stdout + stderr,
    /hint: raw\.dvc tracks it: get it by `dvc pull raw\.dvc`, or `dvc checkout raw\.dvc` where/,
  );
});

Deno.test("freeze leaves a stage, or all of a foreach, alone until unfreeze, and says so", async () => {
  await using project = await Project.create({
    ".dvc/config": "",
    "in.txt": "1\n",
    "dvc.yaml": `stages:
  each:
    foreach: [a, b]
    do:
      cmd: cp in.txt \${item}.txt
      deps: [in.txt]
      outs: ["\${item}.txt"]
  last:
    cmd: cat a.txt b.txt > last.txt
    deps: [a.txt, b.txt]
    outs: [last.txt]
`,
  });
  await project.run("repro");
  assert.equal(
    (await project.run("freeze", "each", "last")).stdout,
    "each is frozen (dvc.yaml)\nlast is frozen (dvc.yaml)\n",
  );
  await project.write("in.txt", "2\n");
  assert.deepEqual((await project.run("repro")).ran, []);
  assert.equal((await project.run("unfreeze", "each")).stdout, "each is not frozen (dvc.yaml)\n");
  assert.deepEqual((await project.run("repro")).ran, ["each@a", "each@b"]);
  const { code, stderr } = await project.run("freeze", "each@a");
  assert.deepEqual([code, /of a group, name its stage without @/.test(stderr)], [2, true], stderr);
});
