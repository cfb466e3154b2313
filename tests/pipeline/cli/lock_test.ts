import assert from "node:assert/strict";
import { Project } from "../rig.ts";

const PIPELINE = `vars:
  - a: 1
    b: 1
    c: 1
stages:
  a: {cmd: "echo a\${a} > a.txt", outs: [a.txt]}
  b: {cmd: "cat a.txt > b.txt; echo b\${b} >> b.txt", deps: [a.txt], outs: [b.txt]}
  c: {cmd: "echo c\${c} > c.txt", outs: [c.txt]}
`;

type Git = (...args: string[]) => Promise<{ code: number; stdout: string; stderr: string }>;

/** A project whose branch `other` has a value changed, and whose branch `main` has another one. */
async function diverged(project: Project, ours: [string, string], theirs: [string, string]): Promise<Git> {
  const git: Git = async (...args) => {
    const { code, stdout, stderr } = await project.type(`git -c user.name=a -c user.email=a@b ${args.join(" ")}`)
      .finish();
    return { code, stdout, stderr };
  };
  await git("init", "-q", "-b", "main");
  await project.write(".gitignore", ".pipeline\n*.txt\n");
  const commit = async (name: string): Promise<void> => {
    assert.equal((await project.run("repro")).code, 0);
    await git("add", ".");
    assert.equal((await git("commit", "-qm", name)).code, 0);
  };
  await commit("base");
  await git("checkout", "-qb", "other");
  await project.edit("pipeline.yaml", ...theirs);
  await commit("theirs");
  await git("checkout", "-q", "main");
  await project.edit("pipeline.yaml", ...ours);
  await commit("ours");
  return git;
}

Deno.test("lock resolve keeps of each stage the record that fits the files as they are", async (test) => {
  for (const [value, side] of [["2", "ours"], ["3", "theirs"]] as const) {
    await test.step(side, async () => {
      await using project = await Project.create({ "pipeline.yaml": PIPELINE });
      const git = await diverged(project, ["a: 1", "a: 2"], ["a: 1", "a: 3"]);
      assert.equal((await git("merge", "-q", "other")).code, 1);
      const early = await project.run("lock", "resolve");
      assert.equal(early.code, 3, "the pipeline file is in conflict as well");
      await git("checkout", "-q", side === "ours" ? "--ours" : "--theirs", "pipeline.yaml");
      assert.match(await project.read("pipeline.yaml"), new RegExp(`a: ${value}`));

      const { code, stdout, stderr } = await project.run("lock", "resolve");
      assert.equal(code, 0, stderr);
      assert.equal(
        stdout,
        `a: ${side}\nb: ${side}\npipeline.lock is resolved; \`git add pipeline.lock\` says so to git\n`,
      );
      const repro = await project.run("repro");
      assert.deepEqual([repro.code, repro.ran], [0, []], "all is known");
      assert.equal(await project.read("b.txt"), `a${value}\nb1\n`);
    });
  }
});

Deno.test("lock resolve drops the record of a stage that neither side ran as it is now", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  const git = await diverged(project, ["a: 1", "a: 2"], ["a: 1", "a: 3"]);
  await git("merge", "-q", "other");
  await git("checkout", "-q", "--ours", "pipeline.yaml");
  await project.edit("pipeline.yaml", "a: 2", "a: 4");
  const { stdout } = await project.run("lock", "resolve");
  assert.match(stdout, /^a: neither fits the files as they are; the next repro runs or restores it$/m);
  assert.deepEqual((await project.run("repro")).ran, ["a", "b"]);
});

Deno.test("with the merge driver, git merges what the two sides did to different stages by itself", async (test) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE.replace("b: 1\n", "b: 1 \n") });
  const git = await diverged(project, ["a: 1", "a: 2"], ["c: 1", "c: 2"]);
  const { code, stdout, stderr } = await project.run("lock", "install");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /\.gitattributes, which says so, is to be committed$/m);
  assert.equal(await project.read(".gitattributes"), "pipeline.lock merge=pipeline-lock\n");
  assert.equal((await project.run("lock", "install")).code, 0);
  assert.equal(
    await project.read(".gitattributes"),
    "pipeline.lock merge=pipeline-lock\n",
    "a second time adds nothing",
  );
  await git("add", ".");
  await git("commit", "-qm", "driver");

  await test.step("different stages", async () => {
    const merge = await git("merge", "-q", "--no-edit", "other");
    assert.equal(merge.code, 0, merge.stdout + merge.stderr);
    const repro = await project.run("repro");
    assert.deepEqual([repro.code, repro.ran, repro.restored], [0, [], ["c"]]);
  });

  await test.step("the same stage", async () => {
    await git("checkout", "-q", "other");
    await project.edit("pipeline.yaml", "c: 2", "c: 5");
    await project.run("repro");
    await git("commit", "-qam", "theirs");
    await git("checkout", "-q", "main");
    await project.edit("pipeline.yaml", "c: 2", "c: 6");
    await project.run("repro");
    await git("commit", "-qam", "ours");
    const merge = await git("merge", "-q", "--no-edit", "other");
    assert.equal(merge.code, 1);
    assert.match(merge.stdout + merge.stderr, /both sides ran 1 stage anew: c/);
    assert.match(await project.read("pipeline.lock"), /^<<<<<<< ours\n {2}c:$/m);
    await git("checkout", "-q", "--theirs", "pipeline.yaml");
    assert.match((await project.run("lock", "resolve")).stdout, /^c: theirs$/m);
  });
});

Deno.test("lock resolve without a conflict is wrong usage", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  await project.type("git init -q").finish();
  const { code, stderr } = await project.run("lock", "resolve");
  assert.equal(code, 2);
  assert.equal(stderr, "error: pipeline.lock is in no conflict of a merge, as far as git knows\n");
});
