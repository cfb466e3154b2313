import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Project } from "../pipeline/rig.ts";
import { failing, moody, moodyModule } from "./failing_project.ts";

Deno.test("a damaged archive: which file, what it is and what it has to be", async () => {
  const stage = fileURLToPath(new URL("../../stages/fetch.ts", import.meta.url));
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  fetch:
    run: ${stage}
    with: { dataset: mnist }
    outs: { dataset: data }
    untracked: [DATASET_MIRROR]
`,
    "mirror/cifar-10-binary.tar.gz": "half an archive",
  });
  assert.equal((await project.run("repro")).code, 0);
  await project.edit("pipeline.yaml", "mnist", "cifar-10");
  const command = await failing(project, ["data"], {
    stage: "fetch",
    cause: /^failed: No source of cifar-10 can be had:$/,
    hint:
      /mirror: .*\/mirror\/cifar-10-binary\.tar\.gz: damaged or another version: sha256 \w{64} \(15 bytes\), expected /,
  }, { DATASET_MIRROR: "mirror" });
  await project.edit("pipeline.yaml", "cifar-10", "mnist");
  const { code, stdout } = await project.type(command).finish();
  assert.equal(code, 0);
  assert.match(stdout, /^1 unchanged in /m);
});

Deno.test("a cached out with a flipped bit: is named and deleted, and its stage alone runs again", async () => {
  await using project = await moody("run: make.ts", moodyModule(""));
  await project.write("mood.txt", "better\n");
  assert.equal((await project.run("repro")).code, 0);
  await project.write("mood.txt", "good\n");
  await flipBit(project, createHash("sha256").update("good\n").digest("hex"));
  const { code, stdout, ran, restored } = await project.run("repro");
  assert.equal(code, 0);
  assert.deepEqual([ran, restored], [["copy"], ["make", "use"]]);
  assert.match(
    stdout,
    /^copy warns:\n {2}warning: The cached copy of copy\.txt is damaged .* and was deleted\n {4}hint: /m,
  );
  assert.equal(await project.read("used.txt"), "good\n");
});

/** Flips a bit of a content in the cache. */
async function flipBit(project: Project, sha256: string): Promise<void> {
  const path = project.path(`.pipeline/cache/cas/${sha256.slice(0, 2)}/${sha256}`);
  const bytes = await Deno.readFile(path);
  bytes[0]! ^= 1;
  await Deno.chmod(path, 0o644);
  await Deno.writeFile(path, bytes);
}

Deno.test("a lock in which git left a conflict: starts nothing, and either side of it can be taken", async () => {
  await using project = await moody("run: make.ts", moodyModule(""));
  const git = async (...args: string[]): Promise<boolean> => {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    const command = new Deno.Command("git", { args: [...identity, ...args], cwd: project.folder, stdout: "null" });
    return (await command.output()).success;
  };
  await Deno.remove(project.path(".git"));
  await project.write(".gitignore", ".pipeline\n*.txt\n!mood.txt\n");
  const commit = async (mood: string, branch: string): Promise<void> => {
    await git("checkout", "-q", "-B", branch);
    await project.write("mood.txt", `${mood}\n`);
    assert.equal((await project.run("repro")).code, 0);
    assert.ok(await git("add", ".") && await git("commit", "-q", "-m", mood));
  };
  assert.ok(await git("init", "-q"));
  await commit("good", "one");
  await commit("better", "other");
  assert.ok(await git("checkout", "-q", "one"));
  await commit("best", "one");
  assert.equal(await git("merge", "other"), false);
  const used = await project.read("used.txt");

  const { code, stdout, stderr } = await project.run("repro");
  assert.deepEqual([code, stdout], [3, ""]);
  assert.match(stderr, /^pipeline\.lock:\d+:\d+: error: The lock holds a conflict of a merge that was not resolved$/m);
  const command = /`(git checkout --ours .*?)`/.exec(stderr)?.[1];
  assert.ok(command, stderr);
  assert.equal(await project.read("used.txt"), used);
  assert.equal((await project.type(command).finish()).code, 0);
  await project.write("mood.txt", "better\n");
  const end = await project.run("repro");
  assert.equal(end.code, 0, end.stderr);
  assert.deepEqual([end.ran, end.restored], [[], ["copy", "make", "use"]]);
  assert.equal(await project.read("used.txt"), "better\n");
});
