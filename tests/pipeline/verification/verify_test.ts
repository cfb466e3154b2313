import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Finished, Project } from "../rig.ts";

const STAGE_MODULE = new URL("../../../lib/pipeline/stage/mod.ts", import.meta.url).href;

/** `count` -> `roots` -> `report`: a command, a module that writes a table, and a command that copies it. */
const FILES = {
  "deno.json": JSON.stringify({ imports: { "zod": "npm:zod@4.6.7", "stage": STAGE_MODULE } }),
  "pipeline.yaml": `vars: [{count: 3, power: 0.5}]
stages:
  count:
    cmd: seq \${count} > outputs/numbers.txt
    outs: [outputs/numbers.txt]
  roots:
    run: stages/roots.ts
    with: {power: "\${power}"}
    deps: {numbers: outputs/numbers.txt}
    outs: {table: outputs/roots.csv}
    verify: {relative: 1e-6}
  report:
    cmd: mkdir outputs/report && cp outputs/roots.csv outputs/report/roots.csv
    deps: [outputs/roots.csv]
    outs: [outputs/report]
`,
  "stages/roots.ts": `import { stage } from "stage";
import { z } from "zod";

export default stage({
  parameters: z.strictObject({ power: z.number() }),
  deps: ["numbers"],
  outs: ["table"],
  async run({ with: { power }, deps, outs }) {
    const numbers = (await Deno.readTextFile(deps.numbers)).trim().split("\\n");
    const rows = numbers.map((number) => number + "," + Number(number) ** power);
    await Deno.writeTextFile(outs.table, ["number,root", ...rows].join("\\n") + "\\n");
  },
});
`,
} as const;

/** The table's root of 2, and the same with other digits. */
const ROOT = String(Math.SQRT2);
const [NEAR, FAR] = [ROOT.replace("3562", "3563"), ROOT.replace("1.414", "1.415")];

/** A project that was run and then cloned: the cache is gone. */
async function fresh(): Promise<Project> {
  const project = await Project.create(FILES);
  succeeded(await project.run("repro"));
  await project.remove(".pipeline");
  return project;
}

function succeeded({ code, stdout, stderr }: Finished): void {
  assert.equal(code, 0, stdout + stderr);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Edits an out of one file, and its digest wherever the lock has it. */
async function forge(project: Project, path: string, from: string, to: string): Promise<void> {
  const before = sha256(await project.read(path));
  await project.edit(path, from, to);
  const lock = await project.read("pipeline.lock");
  await project.write("pipeline.lock", lock.replaceAll(before, sha256(await project.read(path))));
}

Deno.test("verify passes on a fresh clone and changes nothing in it", async () => {
  await using project = await fresh();
  const files = ["pipeline.lock", "outputs/numbers.txt", "outputs/roots.csv", "outputs/report/roots.csv"];
  const before = await Promise.all(files.map((file) => project.read(file)));
  const finished = await project.run("verify");
  succeeded(finished);
  assert.match(finished.stdout, /^3 outs as the lock records, 0 not, 0 absent$/m);
  assert.deepEqual(finished.ran.toSorted(), ["count", "report", "roots"]);
  assert.match(finished.stdout, /^3 outs compared, 0 differences$/m);
  assert.deepEqual(await Promise.all(files.map((file) => project.read(file))), before);
});

Deno.test("verify finds an altered out in tier a, and in tier b where and by how much", async (test) => {
  await using project = await fresh();
  await project.edit("outputs/report/roots.csv", ROOT, FAR);
  await test.step("tier a", async () => {
    const { code, stdout, ran } = await project.run("verify", "--tier", "a");
    assert.equal(code, 1);
    assert.match(stdout, /^outputs\/report differs from the lock: it is not what report left$/m);
    assert.deepEqual(ran, []);
  });
  await test.step("tier b, to the byte", async () => {
    const { code, stdout } = await project.run("verify");
    assert.equal(code, 1);
    assert.match(stdout, /^outputs\/report\/roots\.csv does not come out again\n {2}from byte 22 on: "5213/m);
  });
});

Deno.test("verify finds an out whose digest was forged too, by computing it again", async () => {
  await using project = await fresh();
  await forge(project, "outputs/roots.csv", ROOT, FAR);
  const { code, stdout } = await project.run("verify");
  assert.equal(code, 1);
  assert.match(stdout, /^3 outs as the lock records, 0 not, 0 absent$/m);
  assert.match(stdout, /^outputs\/roots\.csv does not come out again$/m);
  const line =
    `  row 2, column root: ${FAR} here, ${ROOT} re-executed (relative difference 0.000707, at most 0.000001)`;
  assert.ok(stdout.split("\n").includes(line), stdout);
});

Deno.test("verify accepts numbers within a stage's tolerance", async () => {
  await using project = await fresh();
  await forge(project, "outputs/roots.csv", ROOT, NEAR);
  const { code, stdout } = await project.run("verify", "outputs/roots.csv");
  assert.equal(code, 0, stdout);
  await project.edit("pipeline.yaml", "1e-6", "1e-12");
  assert.equal((await project.run("verify", "outputs/roots.csv")).code, 1);
});

Deno.test("verify names stages that have not run yet, and verifies the others; where none has, that is no result", async () => {
  await using project = await fresh();
  await project.write("pipeline.yaml", `${FILES["pipeline.yaml"]}  later: {cmd: "true > later", outs: [later]}\n`);
  const { code, stdout } = await project.run("verify");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^1 stage not run yet, so that nothing of it is verified\n {2}later\n3 outs as the lock/m);
  await project.edit("pipeline.yaml", "power: 0.5", "power: 0.25");
  assert.equal((await project.run("verify")).code, 1);

  await project.remove("pipeline.lock");
  const none = await project.run("verify");
  assert.equal(none.code, 1);
  assert.match(none.stdout, /^4 stages not run yet, so that nothing of them is verified$/m);
});

Deno.test("verify says that the lock is stale where a parameter changed and nothing was run", async () => {
  await using project = await fresh();
  await project.edit("pipeline.yaml", "power: 0.5", "power: 0.25");
  const { code, stdout } = await project.run("verify", "--tier", "a");
  assert.equal(code, 1);
  assert.match(stdout, /^The lock is stale: roots was not run as it is now\n {2}with\.power: 0\.5 -> 0\.25$/m);
  assert.doesNotMatch(stdout, /stale: (count|report)/);
});

Deno.test("a tolerance is no part of a fingerprint", async () => {
  await using project = await fresh();
  await project.edit("pipeline.yaml", "    verify: {relative: 1e-6}\n", "");
  assert.equal((await project.run("status", "--quiet")).code, 0);
});

Deno.test("verify lists what is absent, and computes again what committed files suffice for", async (test) => {
  await using project = await fresh();
  await test.step("what is ignored by git counts as absent", async () => {
    const git = await new Deno.Command("git", { args: ["init", "--quiet"], cwd: project.folder }).output();
    assert.ok(git.success);
    await project.write(".gitignore", "numbers.txt\n");
    const finished = await project.run("verify");
    succeeded(finished);
    assert.deepEqual(finished.ran, ["report"]);
  });
  await test.step("what is missing does not fail", async () => {
    await project.remove("outputs/numbers.txt");
    const finished = await project.run("verify");
    succeeded(finished);
    assert.match(finished.stdout, /^outputs\/numbers\.txt is absent, so it was not compared$/m);
    assert.deepEqual(finished.ran, ["report"]);
  });
  await test.step("tier c starts from nothing", async () => {
    const finished = await project.run("verify", "--tier", "c");
    succeeded(finished);
    assert.deepEqual(finished.ran, ["report", "count", "roots", "report"]);
    assert.match(finished.stdout, /^\(c\)[^]*^3 outs compared, 0 differences$/m);
    assert.equal(await project.exists("outputs/numbers.txt"), false);
  });
});

Deno.test("verify --sample computes that many stages again", async () => {
  await using project = await fresh();
  const finished = await project.run("verify", "--sample", "1");
  succeeded(finished);
  assert.equal(finished.ran.length, 1);
});

Deno.test("verify fails where an out depends on chance, or on what no dep declares", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  chance: {cmd: od -An -N8 -tx8 /dev/urandom > chance.txt, outs: [chance.txt]}
  hidden: {cmd: cp secret.txt copy.txt, outs: [copy.txt]}
`,
    "secret.txt": "secret\n",
  });
  succeeded(await project.run("repro"));
  const { code, stdout } = await project.run("verify");
  assert.equal(code, 1);
  assert.match(stdout, /^chance\.txt does not come out again$/m);
  assert.match(stdout, /hidden failed: `cp secret\.txt copy\.txt` ended with exit code 1/);
  assert.match(stdout, /Run it alone: .* verify --tier b hidden$/m);
  assert.match(stdout, /^1 out compared, 1 difference, 1 stage without a result$/m);
});

Deno.test("verify never writes over an out that lies outside the project", async () => {
  await using outside = await Project.create();
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  away: {cmd: echo away > ${outside.path("away.txt")}, outs: [${outside.path("away.txt")}]}
`,
  });
  succeeded(await project.run("repro"));
  const { code, stderr } = await project.run("verify");
  assert.equal(code, 4);
  assert.match(stderr, /away cannot be re-executed in a copy: .*away\.txt lies outside the project/);
  assert.equal(await outside.read("away.txt"), "away\n");
});

/** A project whose one stage does what the test tells it. */
async function controlled(): Promise<{ project: Project; command: ReturnType<Project["command"]> }> {
  const project = await Project.create({ "in.txt": "1" });
  const command = project.command();
  await project.write(
    "pipeline.yaml",
    `stages: {only: {cmd: "${command.line}", deps: [in.txt], outs: [out.txt]}}\n`,
  );
  return { project, command };
}

Deno.test("verify waits for a repro, which would change what is compared", async () => {
  const { project, command } = await controlled();
  await using _ = project;
  const running = project.start("repro");
  const invocation = await command.next();
  await invocation.write("out.txt", "half");
  const verifying = project.start("verify", "--tier", "a");
  await verifying.says(new RegExp(`^waits for process ${running.pid}, `, "m"));
  await invocation.write("out.txt", "whole");
  await invocation.exit(0);
  succeeded(await running.finish());
  const finished = await verifying.finish();
  succeeded(finished);
  assert.match(finished.stdout, /^1 out as the lock records, 0 not, 0 absent$/m);
});

Deno.test("repro waits for a verify that is still to compare", async () => {
  const { project, command } = await controlled();
  await using _ = project;
  const running = project.start("repro");
  const made = await command.next();
  await made.write("out.txt", "whole");
  await made.exit(0);
  succeeded(await running.finish());

  const verifying = project.start("verify", "--tier", "b");
  const executed = await command.next();
  await project.write("in.txt", "2");
  const changing = project.start("repro");
  await changing.says(new RegExp(`^waits for process ${verifying.pid}, `, "m"));
  await executed.write("out.txt", "whole");
  await executed.exit(0);
  const finished = await verifying.finish();
  succeeded(finished);
  assert.match(finished.stdout, /^1 out compared, 0 differences$/m);
  const again = await command.next();
  await again.write("out.txt", "other");
  await again.exit(0);
  succeeded(await changing.finish());
});

Deno.test("verify first puts back the outs that a killed repro had set aside, and says so", async () => {
  const { project, command } = await controlled();
  await using _ = project;
  const running = project.start("repro");
  const made = await command.next();
  await made.write("out.txt", "whole");
  await made.exit(0);
  succeeded(await running.finish());

  await project.write("in.txt", "2");
  const killed = project.start("repro");
  await command.next();
  assert.equal(await project.exists("out.txt"), false);
  killed.kill("SIGKILL");
  await killed.finish();
  await project.write("in.txt", "1");
  const finished = await project.run("verify", "--tier", "a");
  succeeded(finished);
  assert.match(finished.stderr, /^warning: only was running when a run was killed; its outs are back as they were$/m);
  assert.match(finished.stdout, /^1 out as the lock records, 0 not, 0 absent$/m);
});

Deno.test("verify says that a table whose header was altered is, and blames no column of the pipeline file", async () => {
  await using project = await fresh();
  await project.edit("pipeline.yaml", "{relative: 1e-6}", "{columns: {root: {relative: 1e-6}}}");
  succeeded(await project.run("verify", "--tier", "a"));
  await project.edit("outputs/roots.csv", "number,root", "number,rooot");
  const { code, stdout, stderr } = await project.run("verify", "outputs/roots.csv");
  assert.deepEqual([code, stderr], [1, ""]);
  assert.match(stdout, /^outputs\/roots\.csv differs from the lock: it is not what roots left$/m);
  assert.match(stdout, /^ {2}the header: number,rooot here, number,root re-executed$/m);
});
