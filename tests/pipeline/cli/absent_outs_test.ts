import assert from "node:assert/strict";
import { type Finished, Project } from "../rig.ts";

/**
 * `fetch` -> `train@1`, `train@2` -> `measure@1`, `measure@2` -> `plot`: git keeps what is measured and drawn, not the data and
 * the weights. A log in the project's `.git` says what ran.
 */
const PIPELINE = `vars: [{sizes: [1, 2], title: sizes}]
stages:
  fetch:
    cmd: echo fetch >> .git/log && mkdir -p data && seq 9 > data/numbers
    outs: [data/numbers]
  train:
    foreach: \${sizes}
    do:
      cmd: >-
        echo train \${item} >> .git/log && mkdir -p outputs/\${item}/weights &&
        head -n \${item} data/numbers > outputs/\${item}/weights/w && echo loss > outputs/\${item}/history
      deps: [data/numbers]
      outs: ["outputs/\${item}/weights", "outputs/\${item}/history"]
  measure:
    foreach: \${sizes}
    do:
      cmd: echo measure \${item} >> .git/log && wc -l < outputs/\${item}/weights/w > outputs/\${item}/measured
      deps: ["outputs/\${item}/weights"]
      outs: ["outputs/\${item}/measured"]
  plot:
    cmd: echo plot >> .git/log && echo \${title} > outputs/plot && cat outputs/*/measured outputs/*/history >> outputs/plot
    deps: [outputs/1/measured, outputs/2/measured, outputs/1/history, outputs/2/history]
    outs: [outputs/plot]
`;

async function git(project: Project, ...args: string[]): Promise<void> {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  const { success, stderr } = await new Deno.Command("git", { args: [...identity, ...args], cwd: project.folder })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** A project that was run, committed and cloned: what git ignores is gone, and so is the cache. */
async function clone(pipeline = PIPELINE, ...targets: string[]): Promise<Project> {
  const project = await Project.create({ "pipeline.yaml": pipeline, ".gitignore": "/data/\nweights/\n/.pipeline/\n" });
  await project.remove(".git");
  await git(project, "init", "--quiet");
  succeeded(await project.run("repro", ...targets));
  await git(project, "add", ".");
  await git(project, "commit", "--quiet", "--message", "as it was run");
  await git(project, "clean", "-dffxq");
  await project.write(".git/log", "");
  return project;
}

function succeeded(finished: Finished): Finished {
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  return finished;
}

async function ran(project: Project): Promise<string[]> {
  return (await project.read(".git/log")).split("\n").filter((line) => line !== "");
}

Deno.test("a clone is up to date without what git does not keep, which is named with what makes it", async () => {
  await using project = await clone();
  const status = succeeded(await project.run("status"));
  assert.match(status.stdout, /^All 6 stages are up to date\n3 outs \(\d+ B\) are absent: git does not keep them/);
  assert.match(status.stdout, /\n {2}data\/numbers, outputs\/1\/weights, outputs\/2\/weights\n.* repro fetch train\n$/);
  assert.equal((await project.run("status", "--quiet")).code, 0);

  const repro = succeeded(await project.run("repro"));
  assert.match(repro.stdout, /^3 unchanged, 3 absent in .*\n3 outs \(\d+ B\) are absent: /);
  assert.deepEqual(await ran(project), []);

  const lines = (await project.run("repro", "--json")).stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.filter(({ kind }) => kind === "stage absent").map(({ outs }) => outs[0].path).toSorted(),
    ["data/numbers", "outputs/1/weights", "outputs/2/weights"],
  );
});

Deno.test("what is asked for by name is made, with what that needs and nothing besides", async () => {
  await using project = await clone();
  succeeded(await project.run("repro", "measure@2"));
  assert.deepEqual(await ran(project), [], "what it left is there");
  assert.match(
    (await project.run("repro", "--dry", "train@2")).stdout,
    /^fetch would run\n[^]*^Of 2 stages, 2 would run$/m,
  );
  succeeded(await project.run("repro", "train@2"));
  assert.deepEqual(await ran(project), ["fetch", "train 2"]);
  assert.equal(await project.read("outputs/2/weights/w"), "1\n2\n");
  assert.match(succeeded(await project.run("status")).stdout, /^1 out \(2 B\) is absent: [^]* outputs\/1\/weights$/m);
  succeeded(await project.run("repro", "outputs/1/weights"));
  assert.deepEqual(await ran(project), ["fetch", "train 2", "train 1"]);
});

Deno.test("a change runs what reads it, and makes what that reads", async (test) => {
  await using project = await clone();
  await test.step("what is drawn of tables needs no weights", async () => {
    await project.edit("pipeline.yaml", "title: sizes", "title: lengths");
    assert.match((await project.run("status")).stdout, /^plot would run\n[^]*\nOf 6 stages, 1 would run\n3 outs /);
    succeeded(await project.run("repro"));
    assert.deepEqual(await ran(project), ["plot"]);
  });
  await test.step("what is measured of weights makes them first, and their data", async () => {
    await project.edit("pipeline.yaml", "wc -l", "wc -c");
    const status = (await project.run("status")).stdout;
    assert.match(status, /^fetch would run\n {2}data\/numbers is missing$/m);
    assert.match(status, /^train@1 would run\n {2}outputs\/1\/weights is missing$/m);
    assert.match(status, /^Of 6 stages, 6 would run$/m);
    const { stdout } = succeeded(await project.run("repro"));
    assert.deepEqual((await ran(project)).slice(1).toSorted(), [
      ...["fetch", "measure 1", "measure 2", "plot", "train 1", "train 2"],
    ]);
    assert.match(stdout, /^6 ran in /m);
    assert.match((await project.run("repro")).stdout, /^6 unchanged in /);
  });
});

Deno.test("a study that was committed half done goes on where it ended", async () => {
  await using project = await clone(PIPELINE, "measure@1");
  const status = (await project.run("status")).stdout;
  assert.match(status, /^train@2 would run\n {2}has not run yet$/m);
  assert.doesNotMatch(status, /^(train|measure)@1 would/m);
  succeeded(await project.run("repro"));
  assert.deepEqual(await ran(project), ["fetch", "train 2", "measure 2", "plot"]);
  assert.equal(await project.exists("outputs/1/weights"), false);
});

Deno.test("what git would keep is made where it is gone, and so is what no stage reads", async () => {
  await using project = await clone(PIPELINE.replaceAll("outputs/plot", "data/plot"));
  succeeded(await project.run("repro"));
  assert.deepEqual(await ran(project), ["plot"], "git ignores it, but it is what the study is for");
  await project.remove("outputs/2/measured");
  await project.remove(".pipeline");
  succeeded(await project.run("repro"));
  assert.deepEqual(await ran(project), ["plot", "fetch", "train 2", "measure 2"]);
});

Deno.test("what the cache holds is put in place, absent or not", async () => {
  await using project = await Project.create({
    "pipeline.yaml": PIPELINE,
    ".gitignore": "/data/\nweights/\n/.pipeline/\n",
  });
  await project.remove(".git");
  await git(project, "init", "--quiet");
  succeeded(await project.run("repro"));
  await project.remove("data");
  const { restored } = succeeded(await project.run("repro"));
  assert.deepEqual(restored, ["fetch"]);
});

Deno.test("nothing may be absent for --force, without git, and in a dvc.yaml, as in DVC", async () => {
  await using project = await clone();
  succeeded(await project.run("repro", "--force"));
  assert.deepEqual((await ran(project)).length, 6);

  await using loose = await clone();
  await Deno.rename(loose.path(".git"), loose.path("git"));
  await Deno.mkdir(loose.path(".git"));
  succeeded(await loose.run("repro"));
  assert.deepEqual((await ran(loose)).toSorted(), ["fetch", "train 1", "train 2"]);

  await using dvc = await clone();
  await Deno.rename(dvc.path("pipeline.yaml"), dvc.path("dvc.yaml"));
  succeeded(await dvc.run("repro"));
  assert.deepEqual((await ran(dvc)).toSorted(), ["fetch", "train 1", "train 2"]);
});

Deno.test("where what was absent cannot be made, what needs it is skipped", async () => {
  await using project = await clone();
  await project.edit("pipeline.yaml", "wc -l", "wc -c");
  await project.write("data", "in the way of the folder");
  const { code, stdout } = await project.run("repro");
  assert.equal(code, 1);
  assert.match(stdout, /^fetch failed after/m);
  assert.match(stdout, /^1 failed, 5 skipped in /m);
  assert.deepEqual(await ran(project), []);
});

Deno.test("a pattern matches what is absent as it did when it was there", async () => {
  const measured = PIPELINE
    .replaceAll('deps: ["outputs/${item}/weights"]', 'deps: [{glob: "outputs/${item}/weights/*"}]');
  assert.notEqual(measured, PIPELINE);
  await using project = await clone(measured);
  assert.match((await project.run("repro")).stdout, /^3 unchanged, 3 absent in /);
  await project.edit("pipeline.yaml", "wc -l < outputs/${item}", "wc -c < outputs/${item}");
  succeeded(await project.run("repro", "measure@1"));
  assert.deepEqual(await ran(project), ["fetch", "train 1", "measure 1"]);
});

Deno.test("absent_outs: make has a clone make what git does not keep, and nothing else again", async () => {
  await using project = await clone(`absent_outs: make\n${PIPELINE}`);
  assert.equal((await project.run("status", "--quiet")).code, 1);
  succeeded(await project.run("repro"));
  assert.deepEqual((await ran(project)).toSorted(), ["fetch", "train 1", "train 2"]);
  assert.equal((await project.run("status", "--quiet")).code, 0);
});
