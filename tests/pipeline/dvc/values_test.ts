import assert from "node:assert/strict";
import { Project } from "../rig.ts";

const FILES = {
  ".dvc/config": "",
  "params.yaml": "lr: 0.1\nlayers: [1, two]\nsame: 0\n",
  "dvc.yaml": `stages:
  train:
    cmd: printf '{"loss":%s,"epoch":3}' "$(cut -d' ' -f2 params.yaml | head -n 1)" > m.json
    params: [lr]
    metrics: [m.json]
  note: {cmd: echo a > a.txt, desc: "Writes\\nin two lines", outs: [a.txt]}
`,
  "sub/dvc.yaml": "stages: {copy: {cmd: cp ../a.txt b.txt, deps: [../a.txt], outs: [b.txt]}}\n",
};

async function git(project: Project, ...args: string[]): Promise<void> {
  const author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  const { success, stderr } = await new Deno.Command("git", { args: ["-C", project.folder, ...author, ...args] })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** A project with one commit, in which the metrics are outs that git does not keep. */
async function committed(): Promise<Project> {
  const project = await Project.create({ ...FILES, ".gitignore": "m.json\n" });
  await git(project, "init", "--quiet");
  assert.equal((await project.run("repro")).code, 0);
  await git(project, "add", "--all");
  await git(project, "commit", "--quiet", "--message", "first");
  await project.edit("params.yaml", "0.1", "0.25");
  await project.edit("params.yaml", "two", "three");
  assert.equal((await project.run("repro")).code, 0);
  return project;
}

Deno.test("params diff shows how params differ from a git revision", async () => {
  await using project = await committed();
  assert.equal(
    (await project.run("params", "diff")).stdout,
    `Path         Param   HEAD        workspace
params.yaml  layers  [1, 'two']  [1, 'three']
params.yaml  lr      0.1         0.25
`,
  );
  assert.deepEqual(JSON.parse((await project.run("params", "diff", "--json", "--deps")).stdout), {
    "params.yaml": { lr: { old: 0.1, new: 0.25, diff: 0.15 } },
  });
  assert.equal((await project.run("params", "diff", "HEAD", "HEAD")).stdout, "");
  const { code, stderr } = await project.run("params", "diff", "nothing");
  assert.deepEqual([code, stderr.startsWith("error: git cannot read the revision: ")], [2, true], stderr);
});

Deno.test("params diff shows what stages take of files in vars, the rest of them aside", async () => {
  await using project = await Project.create({
    ".dvc/config": "",
    "params.yaml": "p: 1\n",
    "more.yaml": "x: 1\nunused: 1\nl: [1, 2]\nnames: [a, b]\nflags: {rate: 1}\n",
    "part.json": '{"model": {"n": 3, "k": 4}, "other": 1}',
    "dvc.yaml": `vars: [more.yaml, "part.json:model", {inline: 1}]
stages:
  one: {cmd: "echo \${x} \${l[1]} \${inline} > one.txt", outs: [one.txt]}
  each:
    foreach: \${names}
    do: {cmd: "echo \${item} \${model.n} \${flags}", outs: ["\${item}.txt"]}
`,
    "sub/own.toml": "[deep]\nx = 1.5\ny = 2\n",
    "sub/dvc.yaml": 'stages: {s: {vars: [own.toml], cmd: "echo ${deep.x} > s.txt", outs: [s.txt]}}\n',
  });
  await git(project, "init", "--quiet");
  await git(project, "add", "--all");
  await git(project, "commit", "--quiet", "--message", "first");
  assert.equal((await project.run("params", "diff", "--deps")).stdout, "");
  await project.edit("more.yaml", "x: 1\nunused: 1\nl: [1, 2]", "x: 2\nunused: 2\nl: [2, 3]");
  await project.edit("more.yaml", "[a, b]", "[a, c]");
  await project.edit("more.yaml", "rate: 1", "rate: 2");
  await project.edit("part.json", "3", "5");
  await project.edit("part.json", '"k": 4', '"k": 5');
  await project.edit("sub/own.toml", "1.5", "2.5");
  assert.equal(
    (await project.run("params", "diff", "--deps")).stdout,
    `Path          Param       HEAD  workspace
more.yaml     flags.rate  1     2
more.yaml     l.1         2     3
more.yaml     names.1     b     c
more.yaml     x           1     2
part.json     model.n     3     5
sub/own.toml  deep.x      1.5   2.5
`,
  );
});

Deno.test("metrics show and diff find metrics that git does not keep", async () => {
  await using project = await committed();
  assert.equal((await project.run("metrics", "show")).stdout, "Path    loss  epoch\nm.json  0.25  3\n");
  assert.equal(
    (await project.run("metrics", "diff")).stdout,
    "Path    Metric  HEAD  workspace  Change\nm.json  loss    0.1   0.25       0.15\n",
  );
  await project.remove("m.json");
  const { stdout, stderr } = await project.run("metrics", "show", "--json");
  assert.equal(stdout, '{"":{"data":{}}}\n');
  assert.match(stderr, /^warning: m\.json does not exist$/m);
});

Deno.test("stage list lists the stages of a file, or of all", async () => {
  await using project = await Project.create(FILES);
  assert.equal(
    (await project.run("stage", "list")).stdout,
    "train  Reports m.json\nnote   Writes\n",
  );
  assert.equal((await project.run("stage", "list", "--all", "--name-only")).stdout, "train\nnote\nsub/dvc.yaml:copy\n");
  assert.equal((await project.run("stage", "list", "sub/dvc.yaml")).stdout, "sub/dvc.yaml:copy  Outputs sub/b.txt\n");
});
