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
  assert.equal((await project.run("metrics", "show")).stdout, "Path    epoch  loss\nm.json  3      0.25\n");
  assert.equal(
    (await project.run("metrics", "diff")).stdout,
    "Path    Metric  HEAD  workspace  Change\nm.json  loss    0.1   0.25       0.15\n",
  );
  await project.remove("m.json");
  const shown = await project.run("metrics", "show", "--json");
  assert.equal(shown.stdout, '{"":{"data":{"m.json":{"data":{"loss":0.25,"epoch":3}}}}}\n');
  await git(project, "branch", "--move", "main");
  assert.equal(
    (await project.run("metrics", "show", "--all-branches")).stdout,
    "Revision   Path    epoch  loss\nworkspace  m.json  3      0.25\nmain       m.json  3      0.1\n",
  );
  await project.remove(".pipeline");
  const { stdout, stderr } = await project.run("metrics", "show", "--json");
  assert.equal(stdout, '{"":{"data":{"m.json":{"error":{"msg":"m.json does not exist"}}}}}\n');
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

Deno.test("tables round metrics as asked, params never, and are Markdown for who wants it", async () => {
  await using project = await Project.create({
    ".dvc/config": "",
    "params.yaml": "lr: 0.123456789\n",
    "m.json": '{"loss": 123.456789123, "cdnv": 0.0000123456789, "n": 3}',
    "sub/n.json": '{"loss": 2.0}',
    "dvc.yaml": "metrics: [m.json, sub/n.json]\nparams: [params.yaml]\n",
  });
  await git(project, "init", "--quiet");
  await git(project, "add", "--all");
  await git(project, "commit", "--quiet", "--message", "first");
  const said = async (...args: string[]) => (await project.run(...args)).stdout;
  assert.equal(
    await said("metrics", "show"),
    `Path        cdnv        loss       n
m.json      1.2346e-05  123.45679  3
sub/n.json  -           2.0        -
`,
  );
  assert.equal(
    await said("metrics", "show", "--precision", "2", "m.json"),
    "Path    cdnv  loss    n\nm.json  0.0   123.46  3\n",
  );
  assert.equal(
    await said("metrics", "show", "sub", "--md"),
    "| Path       | loss |\n|------------|------|\n| sub/n.json | 2.0  |\n",
  );
  await project.edit("params.yaml", "0.12", "0.22");
  await project.edit("sub/n.json", "2.0", "3.0");
  assert.equal(
    await said("params", "diff", "--no-path"),
    "Param  HEAD         workspace\nlr     0.123456789  0.223456789\n",
  );
  assert.equal(
    await said("metrics", "diff", "--targets", "sub/n.json", "m.json"),
    "Path        Metric  HEAD  workspace  Change\nsub/n.json  loss    2.0   3.0        1.0\n",
  );
  const { code, stderr } = await project.run("metrics", "show", "--precision", "much");
  assert.deepEqual([code, /whole number from 0 to 20/.test(stderr)], [2, true], stderr);
});

Deno.test("dag draws for Markdown and Graphviz, and all that is connected with a target", async () => {
  await using project = await Project.create(FILES);
  const { stdout } = await project.run("dag", "--dot", "note");
  assert.equal(stdout, 'strict digraph {\n  "note";\n}\n');
  assert.match((await project.run("dag", "--dot", "--full", "note")).stdout, /"note" -> "sub\/dvc.yaml:copy";/);
  assert.match((await project.run("dag", "--md")).stdout, /^```mermaid\nflowchart TD\n[^]*\n```\n$/);
});
