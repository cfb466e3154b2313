import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { moduleText } from "../support/module_text.ts";

const PIPELINE = `stages:
  count:
    run: count.ts
    deps: { fail: fail.txt }
    outs: { out: out.txt }
    untracked: [MOOD]
`;

/** A stage that adds a line to its state at each attempt, and fails while MOOD is bad. */
const COUNT = moduleText({
  deps: ["fail"],
  outs: ["out"],
  resumes: true,
  body: `
    Deno.readTextFileSync(deps.fail);
    const path = context.state + "/attempts";
    Deno.writeTextFileSync(path, "attempt\\n", { append: true });
    if (Deno.env.get("MOOD") === "bad") throw new Error("not today");
    Deno.copyFileSync(path, outs.out);`,
});

async function states(project: Project): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(project.path(".pipeline/state")))).map(({ name }) => name);
}

Deno.test("a stage that resumes finds its state again after failures, and success removes it", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "count.ts": COUNT, "fail.txt": "" });
  for (const _ of [1, 2]) {
    const { code, stdout } = await project.startIn(".", { MOOD: "bad" }, "repro").finish();
    assert.equal(code, 1);
    assert.match(stdout, /count failed: not today/);
    assert.equal((await states(project)).length, 1);
  }
  assert.equal((await project.run("repro")).code, 0);
  assert.equal(await project.read("out.txt"), "attempt\n".repeat(3));
  assert.deepEqual(await states(project), []);
});

Deno.test("a stage that resumes finds nothing after an edit, nor with --force", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "count.ts": COUNT, "fail.txt": "" });
  assert.equal((await project.startIn(".", { MOOD: "bad" }, "repro").finish()).code, 1);
  await project.write("fail.txt", "edited");
  assert.equal((await project.run("repro")).code, 0);
  assert.equal(await project.read("out.txt"), "attempt\n");

  await project.write("fail.txt", "");
  assert.equal((await states(project)).length, 1);
  assert.equal((await project.run("repro", "--force")).code, 0);
  assert.equal(await project.read("out.txt"), "attempt\n");
  assert.deepEqual(await states(project), []);
});

Deno.test("a stage that read a dep which changed meanwhile leaves no state behind", async () => {
  const body = `
    Deno.writeTextFileSync(context.state + "/seen", Deno.readTextFileSync(deps.fail));
    Deno.writeTextFileSync(outs.out, "");
    console.log("ready");
    while (Deno.readTextFileSync(deps.fail) !== "2") await new Promise((proceed) => setTimeout(proceed, 5));`;
  const module = moduleText({ deps: ["fail"], outs: ["out"], resumes: true, body });
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "count.ts": module, "fail.txt": "1" });
  const running = project.start("repro");
  await running.says(/^count \| ready/m);
  await project.write("fail.txt", "2");
  const { code, stdout } = await running.finish();
  assert.equal(code, 1);
  assert.match(stdout, /fail\.txt changed while count ran/);
  assert.deepEqual(await states(project), []);
});

Deno.test("a stage that resumes across values finds what it kept with others of these, also after it succeeded", async () => {
  const body = `
    Deno.readTextFileSync(deps.fail);
    const path = context.state + "/attempts";
    Deno.writeTextFileSync(path, context.with.epochs.last + "\\n", { append: true });
    Deno.copyFileSync(path, outs.out);`;
  const module = moduleText({ deps: ["fail"], outs: ["out"], resumes: { across: ["epochs.last", "absent"] }, body });
  const text = (last: number, seed: number) =>
    PIPELINE.replace("    deps", `    with: { epochs: { last: ${last} }, seed: ${seed} }\n    deps`);
  await using project = await Project.create({ "pipeline.yaml": text(1, 0), "count.ts": module, "fail.txt": "" });
  const found: string[] = [];
  for (const [last, seed, ...flags] of [[1, 0], [2, 0], [2, 1], [3, 1], [1, 0], [4, 0], [5, 0, "--force"]] as const) {
    await project.write("pipeline.yaml", text(last, seed));
    assert.equal((await project.run("repro", ...flags)).code, 0);
    found.push((await project.read("out.txt")).trim().replaceAll("\n", ","));
  }
  assert.deepEqual(found, ["1", "1,2", "2", "2,3", "1", "1,2,4", "5"]);
  assert.equal((await states(project)).length, 2);
});

Deno.test("a stage that resumes across values loses what it calls spent once it has succeeded, and not before", async () => {
  const body = `
    Deno.readTextFileSync(deps.fail);
    Deno.mkdirSync(context.state + "/spent", { recursive: true });
    const path = context.state + "/spent/attempts";
    Deno.writeTextFileSync(path, "attempt\\n", { append: true });
    Deno.writeTextFileSync(context.state + "/kept", "");
    if (Deno.env.get("MOOD") === "bad") throw new Error("not today");
    Deno.copyFileSync(path, outs.out);`;
  const module = moduleText({ deps: ["fail"], outs: ["out"], resumes: { across: ["epochs"] }, body });
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "count.ts": module, "fail.txt": "" });
  assert.equal((await project.startIn(".", { MOOD: "bad" }, "repro").finish()).code, 1);
  assert.equal((await project.run("repro")).code, 0);
  assert.equal(await project.read("out.txt"), "attempt\n".repeat(2));
  const [state] = await states(project);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(project.path(`.pipeline/state/${state}`)), ({ name }) => name), [
    "kept",
  ]);
});

Deno.test("a stage that does not resume has no state", async () => {
  const module = moduleText({
    deps: ["fail"],
    outs: ["out"],
    body: `Deno.readTextFileSync(deps.fail); Deno.writeTextFileSync(outs.out, String("state" in context));`,
  });
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "count.ts": module, "fail.txt": "" });
  assert.equal((await project.run("repro")).code, 0);
  assert.equal(await project.read("out.txt"), "false");
  assert.deepEqual(await states(project), []);
});
