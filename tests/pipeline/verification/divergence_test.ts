import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Finished, Project } from "../rig.ts";

/** A training whose loss is the machine's: `LOSS` stands for the kind of its CPU. */
const PIPELINE = `stages:
  fetch:
    cmd: echo digits > data.txt
    outs: [data.txt]
  train:
    cmd: >-
      mkdir outputs/net && echo $LOSS > outputs/net/weights &&
      printf 'epoch,train_loss,note\\n1,%s,x\\n' $LOSS > outputs/history.csv
    deps: [data.txt]
    outs: [outputs/net, outputs/history.csv]
    verify:
      columns: {train_loss: {decades: 0.1}}
      outs: {outputs/net: {unchecked: weights diverge}}
  draw:
    cmd: >-
      cat outputs/net/weights > outputs/figure.svg &&
      printf 'network,loss,rank\\nnet,%s,1\\n' $(cat outputs/net/weights) > outputs/table.csv
    deps: [outputs/net]
    outs: [outputs/figure.svg, outputs/table.csv]
    verify: {relative: 1e-9}
    diverged:
      columns: {loss: {decades: 0.1, absolute: 0.001}}
      outs: {outputs/figure.svg: {unchecked: its numbers are in table.csv}}
`;

/** A project that was run on one machine; git does not keep the data. */
async function ran(): Promise<Project> {
  const project = await Project.create({ "pipeline.yaml": PIPELINE });
  succeeded(await runOn(project, "0.5", "repro"));
  await project.remove("data.txt");
  return project;
}

async function runOn(project: Project, loss: string, ...inputs: string[]): Promise<Finished> {
  return await project.startIn(".", { LOSS: loss }, ...inputs).finish();
}

function succeeded({ code, stdout, stderr }: Finished): void {
  assert.equal(code, 0, stdout + stderr);
}

/** What tier c said. */
function tierC({ stdout }: Finished): string[] {
  const lines = stdout.split("\n");
  return lines.slice(lines.findIndex((line) => line.startsWith("(c)"))).filter((line) =>
    !/^(\S+ (runs:|finished)|\d ran) /.test(line)
  );
}

Deno.test("verify --tier c compares to the byte what comes out to the byte", async () => {
  await using project = await ran();
  const finished = await runOn(project, "0.5", "verify", "--tier", "c");
  succeeded(finished);
  assert.deepEqual(tierC(finished), [
    "(c) computed again from nothing: fetch, train, draw",
    "Absent, so compared with the lock's digests: data.txt",
    "5 outs compared, 0 differences",
    "",
  ]);
});

Deno.test("verify --tier c accepts what diverged within the tolerances, and says what was not compared", async () => {
  await using project = await ran();
  const finished = await runOn(project, "0.55", "verify", "--tier", "c");
  succeeded(finished);
  assert.deepEqual(tierC(finished), [
    "(c) computed again from nothing: fetch, train, draw",
    "Absent, so compared with the lock's digests: data.txt",
    "Compared as diverged, since what they read came out otherwise: draw",
    "Different, and not compared (weights diverge): outputs/net",
    "Different, and not compared (its numbers are in table.csv): outputs/figure.svg",
    "3 outs compared, 2 different and unchecked, 0 differences",
    "",
  ]);
});

Deno.test("verify --tier c holds what is absent to the lock's digests, as far as a digest tells", async () => {
  await using project = await ran();
  for (const out of ["outputs/net", "outputs/history.csv"]) await project.remove(out);
  await project.edit("pipeline.yaml", "echo digits", "echo digit");
  const finished = await runOn(project, "0.55", "verify", "--tier", "c");
  assert.equal(finished.code, 1);
  const [digits, digit] = ["digits\n", "digit\n"].map((text) =>
    createHash("sha256").update(text).digest("hex").slice(0, 12)
  );
  assert.deepEqual(tierC(finished).slice(1, -1), [
    "Absent, so compared with the lock's digests: data.txt",
    "outputs/history.csv is absent, so it was not compared",
    "Compared as diverged, since what they read came out otherwise: train, draw",
    "Different, and not compared (weights diverge): outputs/net",
    "Different, and not compared (its numbers are in table.csv): outputs/figure.svg",
    "data.txt does not come out again",
    `  sha256 in the lock: ${digits} here, ${digit} re-executed`,
    "2 outs compared, 2 different and unchecked, 1 difference",
  ]);
});

Deno.test("verify --tier c says where numbers diverged beyond their tolerances, and by how much", async () => {
  await using project = await ran();
  const finished = await runOn(project, "0.7", "verify", "--tier", "c");
  assert.equal(finished.code, 1);
  assert.deepEqual(tierC(finished).slice(-6), [
    "outputs/history.csv does not come out again",
    "  row 1, column train_loss: 0.5 here, 0.7 re-executed (0.146 decades apart, at most 0.1)",
    "outputs/table.csv does not come out again",
    "  row 1, column loss: 0.5 here, 0.7 re-executed (0.146 decades apart, at most 0.1)",
    "3 outs compared, 2 different and unchecked, 2 differences",
    "",
  ]);
});

Deno.test("verify holds outs of the same deps to verify, not to what may diverge", async () => {
  await using project = await ran();
  const sha256 = async (): Promise<string> =>
    createHash("sha256").update(await project.read("outputs/table.csv")).digest("hex");
  const before = await sha256();
  await project.edit("outputs/table.csv", "0.5", "0.5001");
  await project.edit("pipeline.lock", before, await sha256());
  for (const [tier, loss] of [["b", "0.5"], ["c", "0.5"], ["c", "0.55"]] as const) {
    const { code, stdout } = await runOn(project, loss, "verify", "--tier", tier);
    assert.equal(code, 1, stdout);
    const line = "  row 1, column loss: 0.5001 here, 0.5 re-executed (relative difference 0.0002, at most 1e-9)";
    assert.ok(stdout.split("\n").includes(line), stdout);
  }
});

Deno.test("verify reports a column that no table has, with the nearest one, before it runs anything", async () => {
  await using project = await ran();
  await project.edit("pipeline.yaml", "columns: {train_loss:", "columns: {trian_loss:");
  const { code, stderr, ran: executed } = await runOn(project, "0.5", "verify", "--tier", "c");
  assert.equal(code, 3);
  assert.match(stderr, /pipeline\.yaml:12:17: error: No table that this is about has a column trian_loss\n/);
  assert.match(stderr, /hint: Did you mean train_loss\?\n {2}hint: Expected one of epoch, train_loss, note/);
  assert.deepEqual(executed, []);
});

Deno.test("verify knows a column that one of several tables has, and reports one that none has once", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  tables:
    foreach: [a, b]
    do:
      cmd: "printf 'x\\\\n1\\\\n' > \${item}x.csv && printf 'y\\\\n1\\\\n' > \${item}y.csv"
      outs: ["\${item}x.csv", "\${item}y.csv"]
      verify: {columns: {x: {absolute: 1}, y: {absolute: 1}}}
`,
  });
  succeeded(await project.run("repro"));
  succeeded(await project.run("verify"));
  await project.edit("pipeline.yaml", "y: {absolute", "z: {absolute");
  const { code, stderr } = await project.run("verify");
  assert.equal(code, 3);
  assert.equal(stderr.match(/No table that this is about has a column z$/gm)?.length, 1, stderr);
});
