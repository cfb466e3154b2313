import assert from "node:assert/strict";
import { globSync, writeFileSync } from "node:fs";
import { Project } from "../rig.ts";

const PIPELINE = `stages:
  copy: {cmd: cp in.txt copy.txt, deps: [in.txt], outs: [copy.txt]}
`;

async function committed(project: Project): Promise<(...args: string[]) => Promise<void>> {
  const git = async (...args: string[]) => {
    const { code, stderr } = await project.type(`git -c user.name=a -c user.email=a@b ${args.join(" ")}`).finish();
    assert.equal(code, 0, stderr);
  };
  await git("init", "-q", "-b", "main");
  await project.write(".gitignore", ".pipeline\ncopy.txt\n");
  return git;
}

/** Runs the stage on another input. */
async function runOn(project: Project, text: string): Promise<void> {
  await project.write("in.txt", text);
  assert.equal((await project.run("repro")).code, 0);
}

const contents = (project: Project): string[] =>
  globSync(".pipeline/cache/cas/*/*", { cwd: project.folder }).map((path) => Deno.readTextFileSync(project.path(path)))
    .toSorted();

Deno.test("gc keeps what a lock of any branch or tag needs, or of those that are named", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  const git = await committed(project);
  for (const [text, name] of [["one", "branch first"], ["two", "tag second"]] as const) {
    await runOn(project, text);
    await git("add", ".");
    await git("commit", "-qm", text);
    await git(name);
  }
  await runOn(project, "three");
  await runOn(project, "four");
  assert.deepEqual(contents(project), ["four", "one", "three", "two"]);

  const dry = await project.run("gc", "--budget", "1B", "--dry");
  assert.match(dry.stdout, /^a result of copy \([0-9a-f]{12}\), last used \d{4}-/);
  assert.match(dry.stdout, /^Would remove 1 result, 0 checkpoints and 1 file of the cache, 5 B; 10 B would be left/m);
  assert.equal(contents(project).length, 4);

  const { code, stdout, stderr } = await project.run("gc", "--budget", "1B");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Removed 1 result, .*; 10 B are left, 10 B of them needed by locks$/m);
  assert.match(stdout, /^What locks need is more than the budget, and stays$/m);
  assert.deepEqual(contents(project), ["four", "one", "two"]);

  assert.equal((await project.run("gc", "--budget", "1B", "--revision", "second")).code, 0);
  assert.deepEqual(contents(project), ["four", "two"]);
  await git("stash", "-q");
  await git("checkout", "-q", "second");
  assert.deepEqual((await project.run("repro")).restored, ["copy"]);
});

Deno.test("gc removes nothing where a lock or a revision cannot be read", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  const git = await committed(project);
  await runOn(project, "one");
  await runOn(project, "two");
  const unknown = await project.run("gc", "--budget", "1B", "--revision", "nowhere");
  assert.deepEqual([unknown.code, /nowhere/.test(unknown.stderr)], [2, true], unknown.stderr);
  await project.write("other/pipeline.lock", "schema: 99\nstages: {}\nclosures: {}\n");
  const newer = await project.run("gc", "--budget", "1B");
  assert.equal(newer.code, 3);
  assert.match(newer.stderr, /other\/pipeline\.lock.*\n?.*The lock has schema 99/);
  assert.deepEqual(contents(project), ["one", "two"]);
  await project.write("other/pipeline.lock", "stages: not ours\n");
  await git("status", "-s");
  assert.equal((await project.run("gc", "--budget", "1B")).code, 0);
  assert.deepEqual(contents(project), ["two"]);
});

Deno.test("verify-cache finds a flipped bit and a missing file, and what they spoil runs again", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  await runOn(project, "one");
  await runOn(project, "two");
  const whole = await project.run("verify-cache");
  assert.deepEqual([whole.code, whole.stdout], [0, "2 files verified, 0 damaged; 2 results, 0 not whole\n"]);

  const blob = globSync(".pipeline/cache/cas/*/*", { cwd: project.folder })
    .find((path) => Deno.readTextFileSync(project.path(path)) === "one")!;
  Deno.chmodSync(project.path(blob), 0o644);
  writeFileSync(project.path(blob), "onf");
  const { code, stdout } = await project.run("verify-cache");
  assert.equal(code, 1);
  assert.match(stdout, /^[0-9a-f]{64} is damaged, and removed\nthe result of copy \([0-9a-f]{12}\) is not whole/);
  assert.equal((await project.run("verify-cache")).code, 0);
  await project.write("in.txt", "one");
  assert.deepEqual((await project.run("repro")).ran, ["copy"]);
});
