import assert from "node:assert/strict";
import { Project } from "../rig.ts";

const CHAIN = `stages:
  a:
    desc: Makes the first file
    cmd: cp in.txt a.txt
    deps: [in.txt]
    outs: [a.txt]
  b:
    foreach: [1, 2]
    do:
      cmd: cp a.txt b\${item}.txt
      deps: [a.txt]
      outs: ["b\${item}.txt"]
  c:
    desc: >
      Takes the first
      of the two
    cmd: cp b1.txt c.txt
    deps: [b1.txt]
    outs: [c.txt]
`;

Deno.test("repro takes stages, groups, outs and patterns as targets", async (test) => {
  const files = { "in.txt": "x", "pipeline.yaml": CHAIN };
  const cases: [inputs: string[], ran: string[]][] = [
    [["b@2"], ["a", "b@2"]],
    [["b"], ["a", "b@1", "b@2"]],
    [["c.txt"], ["a", "b@1", "c"]],
    [["--glob", "b@*"], ["a", "b@1", "b@2"]],
    [["--single-item", "a"], ["a"]],
    [["--downstream", "a"], ["a", "b@1", "b@2", "c"]],
    [["--jobs", "1"], ["a", "b@1", "b@2", "c"]],
  ];
  for (const [inputs, expected] of cases) {
    await test.step(inputs.join(" "), async () => {
      await using project = await Project.create(files);
      const { code, ran, stderr } = await project.run("repro", ...inputs);
      assert.equal(code, 0, stderr);
      assert.deepEqual(ran.toSorted(), expected);
    });
  }
});

Deno.test("repro --single-item says which stage makes a dep that is missing", async () => {
  await using project = await Project.create({ "in.txt": "x", "pipeline.yaml": CHAIN });
  const { code, stdout } = await project.run("repro", "-s", "c");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /pipeline\.yaml:18:12: error: c needs b1\.txt, which does not exist\n.*\n.*\n {4}hint: b@1 makes it/,
  );
});

Deno.test("repro finds the pipeline file above the current folder, and takes paths from there", async () => {
  await using project = await Project.create({ "in.txt": "x", "pipeline.yaml": CHAIN, "deep/er/readme": "" });
  const { code, stderr } = await project.startIn("deep/er", {}, "repro", "../../c.txt").finish();
  assert.equal(code, 0, stderr);
  assert.equal(await project.read("c.txt"), "x");
});

Deno.test("a folder with a pipeline file, or such a file, selects that pipeline", async () => {
  await using project = await Project.create({
    "in.txt": "x",
    "pipeline.yaml": CHAIN,
    "studies/one/in.txt": "y",
    "studies/one/pipeline.yaml": CHAIN,
    "studies/two/in.txt": "z",
    "studies/two/dvc.yaml": CHAIN,
  });
  const one = await project.run("repro", "studies/one", "b@2");
  assert.deepEqual([one.code, one.ran], [0, ["a", "b@2"]], one.stderr);
  assert.equal(await project.read("studies/one/b2.txt"), "y");
  assert.equal(await project.exists("a.txt"), false);

  const both = await project.run("repro", "studies/one/pipeline.yaml", "studies/two/dvc.yaml:b@1");
  assert.deepEqual([both.code, both.ran.toSorted()], [0, ["a", "b@1", "b@1", "c"]], both.stderr);
  const file = await project.run("repro", "--file", "studies/two", "a");
  assert.deepEqual([file.code, file.ran], [0, []], file.stderr);
});

Deno.test("a mistake in one of several pipelines starts none of them", async () => {
  await using project = await Project.create({
    "one/in.txt": "x",
    "one/pipeline.yaml": CHAIN,
    "two/pipeline.yaml": "stages: 5",
  });
  const { code, stdout, stderr } = await project.run("repro", "one", "two");
  assert.deepEqual([code, stdout], [3, ""], stderr);
  assert.equal((await project.run("repro", "one", "two/pipeline.yaml:no")).code, 3);
  assert.equal((await project.run("repro", "one", "one/pipeline.yaml:no")).code, 2);
  assert.equal(await project.exists("one/a.txt"), false);
});

Deno.test("list gives the stages with their descriptions", async () => {
  await using project = await Project.create({ "pipeline.yaml": CHAIN });
  const { code, stdout } = await project.run("list");
  assert.equal(code, 0);
  assert.equal(stdout, "a    Makes the first file\nb@1\nb@2\nc    Takes the first of the two\n");
});

Deno.test("dag draws the stages, and with targets the part that they need", async () => {
  await using project = await Project.create({ "pipeline.yaml": CHAIN });
  assert.equal((await project.run("dag", "c")).stdout, "a\n└─ b@1\n   └─ c\n");
  assert.equal(
    (await project.run("dag", "--mermaid", "b@2")).stdout,
    'flowchart TD\n  stage0["a"]\n  stage1["b@2"]\n  stage0 --> stage1\n',
  );
});

Deno.test("status says what would run, be restored or wait, and exits with 1 only if asked to be quiet", async () => {
  await using project = await Project.create({ "in.txt": "x", "pipeline.yaml": CHAIN });
  const fresh = await project.run("status");
  assert.equal(fresh.code, 0);
  assert.match(
    fresh.stdout,
    /^a would run\n {2}has not run yet\nb@1 would run/,
  );
  assert.match(fresh.stdout, /\nOf 4 stages, 4 would run\n$/);
  const quiet = await project.run("status", "-q");
  assert.deepEqual([quiet.code, quiet.stdout], [1, ""]);

  await project.run("repro");
  assert.equal((await project.run("status")).stdout, "All 4 stages are up to date\n");
  assert.equal((await project.run("status", "--quiet")).code, 0);

  await project.remove("b1.txt");
  assert.equal(
    (await project.run("status")).stdout,
    "b@1 would be restored\n  b1.txt is missing\nOf 4 stages, 1 would be restored\n",
  );
});
