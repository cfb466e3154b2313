import assert from "node:assert/strict";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryPath } from "../../../lib/pipeline/store/durable_file.ts";
import { acquireWriter, type Holder } from "../../../lib/pipeline/store/writer.ts";
import { Workspace } from "../../../lib/pipeline/store/workspace.ts";
import { Project } from "../support/project.ts";

const FOREVER = new AbortController().signal;

/** Another process that holds the lock until it is killed, or until its input ends. */
async function startHolder(project: Project): Promise<Deno.ChildProcess> {
  const library = new URL("../../../lib/pipeline/store/", import.meta.url).href;
  project.write(
    "holder.ts",
    `import { acquireWriter } from "${library}writer.ts";
import { temporaryPath } from "${library}durable_file.ts";
import { Workspace } from "${library}workspace.ts";
const workspace = await Workspace.open(${JSON.stringify(project.folder)});
const writer = await acquireWriter(workspace, () => {}, new AbortController().signal);
Deno.writeTextFileSync(temporaryPath(workspace.temporary, "half"), "written");
Deno.writeTextFileSync(workspace.temporary + "/another's", "journal");
console.log("held");
await Deno.stdin.read(new Uint8Array(1));
await writer[Symbol.asyncDispose]();
`,
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", new URL("../../../deno.json", import.meta.url).pathname, project.path("holder.ts")],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /held/);
  reader.releaseLock();
  return child;
}

async function end(child: Deno.ChildProcess): Promise<void> {
  await child.stdin.close().catch(() => {});
  await child.stdout.cancel();
  await child.status;
}

Deno.test("acquireWriter() waits for a process that holds it, and says for whom", async () => {
  await using project = await Project.make();
  const child = await startHolder(project);
  const holder = Promise.withResolvers<Holder>();
  const writer = acquireWriter(project.workspace, holder.resolve, FOREVER);
  const { process, since } = await holder.promise;
  assert.equal(process, child.pid);
  assert.ok(Math.abs(Date.parse(since) - Date.now()) < 3_600_000);
  await end(child);
  await (await writer)[Symbol.asyncDispose]();
});

Deno.test("acquireWriter() does not wait for a process that was killed, and sweeps what the store left half written", async () => {
  await using project = await Project.make();
  const child = await startHolder(project);
  assert.equal(readdirSync(project.workspace.temporary).length, 2);
  child.kill("SIGKILL");
  await end(child);
  const told: Holder[] = [];
  await using _writer = await acquireWriter(project.workspace, (holder) => told.push(holder), FOREVER);
  assert.deepEqual(told, []);
  assert.deepEqual(readdirSync(project.workspace.temporary), ["another's"]);
});

Deno.test("acquireWriter() leaves what has come of a content for a week", async () => {
  await using project = await Project.make();
  const { temporary } = project.workspace;
  for (const [name, days] of [["new", 6], ["old", 8]] as const) {
    const time = Date.now() / 1000 - days * 24 * 60 * 60;
    writeFileSync(join(temporary, `arriving-${name}`), "a part");
    utimesSync(join(temporary, `arriving-${name}`), time, time);
  }
  await using _writer = await acquireWriter(project.workspace, () => {}, FOREVER);
  assert.deepEqual(readdirSync(temporary), ["arriving-new"]);
});

Deno.test("acquireWriter() stops waiting when its signal is aborted", async () => {
  await using project = await Project.make();
  using other = await Workspace.open(project.folder);
  await using _writer = await acquireWriter(project.workspace, () => {}, FOREVER);
  const controller = new AbortController();
  const waiting = acquireWriter(other, () => controller.abort(new Error("enough")), controller.signal);
  await assert.rejects(waiting, /enough/);
});

Deno.test("one writer after another gets its turn", async () => {
  await using project = await Project.make();
  const order: string[] = [];
  const use = async (name: string) => {
    using workspace = await Workspace.open(project.folder);
    await using _writer = await acquireWriter(workspace, () => {}, FOREVER);
    order.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(`${name} ends`);
  };
  await Promise.all(["one", "two", "three"].map(use));
  for (let position = 0; position < order.length; position += 2) {
    assert.equal(order[position + 1], order[position]!.replace("begins", "ends"));
  }
  assert.equal(order.length, 6);
});

Deno.test("open() finds the root above, and a project without one is its own", async () => {
  await using project = await Project.make({ "studies/one/pipeline.yaml": "" });
  using below = await Workspace.open(project.path("studies/one"));
  assert.equal(below.root, project.folder);
  assert.ok(existsSync(join(below.folder, "index.sqlite")));
  assert.ok(temporaryPath(below.temporary, "x").startsWith(below.temporary));
});
