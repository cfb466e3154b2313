import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CLI, CONFIGURATION, type Finished, Project } from "../rig.ts";
import { study } from "./study.ts";

const PIPELINE = `stages:
  ask:
    cmd:
      - echo first > out.txt
      - read answer; echo $answer >> out.txt; cat in.txt >> out.txt; echo
    deps: [in.txt]
    outs: [out.txt]
  fail: {cmd: "echo half > half.txt; exit 3", deps: [in.txt], outs: [half.txt]}
  peek: {cmd: cat secret.txt > peek.txt, deps: [in.txt], outs: [peek.txt]}
  many: {foreach: [1, 2], do: {cmd: "echo > m\${item}", outs: ["m\${item}"]}}
`;
const FILES = { "pipeline.yaml": PIPELINE, "in.txt": "in\n", "secret.txt": "x" };

/** Runs a command line with something typed into it. */
async function typed(project: Project, text: string, ...inputs: string[]): Promise<Finished> {
  await project.write(".git/typed", text);
  const words = [Deno.execPath(), "run", "-A", "--config", CONFIGURATION, CLI, ...inputs];
  return await project.type(`${words.map((word) => `'${word}'`).join(" ")} < .git/typed`).finish();
}

/** The copy that a command line names. */
function copyOf({ stdout }: Finished): string {
  const [, folder] = /the copy in which it ran is (.*)$/m.exec(stdout) ?? [];
  assert.ok(folder, stdout);
  return folder;
}

Deno.test("run has a command talk to the terminal, in a copy, and leaves the project as it was", async () => {
  await using project = await Project.create(FILES);
  const { code, stdout, stderr } = await typed(project, "yes\n", "run", "ask", "--", "from the", "args");
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "from the args\nask ran to its end; its outs are dropped with the copy (--keep keeps them)\n");
  for (const path of ["out.txt", "pipeline.lock"]) assert.equal(await project.exists(path), false, path);

  const kept = await typed(project, "yes\n", "run", "ask", "--keep");
  const copy = copyOf(kept);
  assert.equal(readFileSync(join(copy, "out.txt"), "utf8"), "first\nyes\nin\n");
  Deno.removeSync(copy, { recursive: true });
});

Deno.test("the copy of a stage that failed stays with what it left, and previous outs are untouched", async () => {
  await using project = await Project.create({ ...FILES, "half.txt": "whole\n" });
  const run = await project.run("run", "fail");
  assert.equal(run.code, 1);
  assert.match(run.stderr, /^pipeline\.yaml:8:3: error: fail failed: `.*exit 3` ended with exit code 3$/m);
  const copy = copyOf(run);
  assert.match(copy, /pipeline-fail-/);
  assert.equal(readFileSync(join(copy, "half.txt"), "utf8"), "half\n");
  assert.equal(await project.read("half.txt"), "whole\n");
  Deno.removeSync(copy, { recursive: true });
});

Deno.test("a command finds in the copy what it declares, and nothing else", async () => {
  await using project = await Project.create(FILES);
  const run = await project.run("run", "peek");
  assert.equal(run.code, 1);
  assert.match(run.stderr, /secret\.txt/);
  Deno.removeSync(copyOf(run), { recursive: true });
});

Deno.test("run --shell opens a shell with the stage's environment, in which $STAGE_RUN runs it", async () => {
  await using project = await Project.create(FILES);
  const run = await typed(
    project,
    "ls\necho stage $DVC_STAGE\n$STAGE_RUN < in.txt\ncat out.txt\n",
    "run",
    "ask",
    "--shell",
  );
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /^A shell in a copy of what ask reads; \$STAGE_RUN \(.*\) runs it\nin\.txt\nstage ask\n/m);
  assert.match(run.stdout, /^first\nin\nin\n/m);
  Deno.removeSync(copyOf(run), { recursive: true });
});

Deno.test("run runs a module in its sandbox, with flags of deno", async (test) => {
  await using project = await Project.create(study());
  const draw = await project.read("stages/draw.ts");
  await project.write(
    "stages/draw.ts",
    draw.replace("await Deno.mkdir", "console.log('drew', Math.random());\n      await Deno.mkdir"),
  );

  await test.step("a dep that another stage has yet to make is an error that names the stage", async () => {
    const { code, stderr } = await project.run("run", "draw");
    assert.equal(code, 3);
    assert.match(stderr, /draw needs outputs\/repeated\.txt, which does not exist\n[^]*repeat makes it/);
  });
  await project.run("repro", "repeat");

  await test.step("flags", async () => {
    const runs = [
      await project.run("run", "draw", "--", "--seed=1"),
      await project.run("run", "draw", "--", "--seed=1"),
    ];
    assert.deepEqual(runs.map(({ code }) => code), [0, 0], runs[0]!.stdout + runs[0]!.stderr);
    assert.match(runs[0]!.stdout, /^draw \| drew 0\.\d+\ndraw ran to its end/);
    assert.equal(runs[0]!.stdout, runs[1]!.stdout);
    assert.equal(await project.exists("outputs/figures"), false);
  });

  await test.step("the script of a shell", async () => {
    const run = await typed(project, "$STAGE_RUN\ncat outputs/figures/1.txt\n", "run", "draw", "--shell");
    assert.match(run.stdout, /drew 0\.\d+[^]*figure: hello\nhello\n/);
    Deno.removeSync(copyOf(run), { recursive: true });
  });

  await test.step("what it did not declare is refused, and the copy stays", async () => {
    await project.write(
      "stages/draw.ts",
      draw.replace("await Deno.mkdir", "await Deno.readTextFile('pipeline.yaml');\n      await Deno.mkdir"),
    );
    const run = await project.run("run", "draw");
    assert.equal(run.code, 1);
    assert.match(run.stderr, /draw read .*pipeline\.yaml, which it did not declare/);
    const copy = copyOf(run);
    assert.ok(existsSync(join(copy, "outputs/repeated.txt")));
    Deno.removeSync(copy, { recursive: true });
  });
});

Deno.test("run takes one stage", async () => {
  await using project = await Project.create(FILES);
  const { code, stderr } = await project.run("run", "many");
  assert.deepEqual([code, stderr], [2, "error: run takes one stage; many is many@1, many@2\n"]);
  assert.equal((await project.run("run")).code, 2);
});
