import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { Clone, succeeded } from "../clone.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import { FaultyProxy } from "../remote/faulty_proxy.ts";
import { startS3, type TestServer } from "../remote/servers.ts";
import { Project, type Running } from "../rig.ts";

/** Three files that do not compress, the first in parts, and one of many small files. */
const PIPELINE = (endpoint: string): string =>
  `remotes: {bucket: {url: "s3://results/a", endpoint: "${endpoint}"}}
stages:
  make:
    cmd: >-
      head -c 70000000 /dev/urandom > large && head -c 400000 /dev/urandom > one && head -c 400000 /dev/urandom > two &&
      mkdir small && for i in $(seq 50); do head -c 2000 /dev/urandom > small/$i; done
    outs: [large, one, two, small]
`;

/** The project as it was run, behind a proxy; `unharmed` is the same remote without it. */
async function study(
  server: TestServer,
  proxy: FaultyProxy,
): Promise<{ room: Project; here: Clone; unharmed: string }> {
  const room = await Project.create({
    "here/pipeline.yaml": PIPELINE(proxy.url),
    "here/.gitignore": "/large\n/one\n/two\n/small/\n/.pipeline/\n",
  });
  const here = new Clone(room, "here");
  await here.git("init", "--quiet");
  succeeded(await here.run("repro"));
  await here.git("add", ".");
  await here.git("commit", "--quiet", "--message", "as it was run");
  return { room, here, unharmed: server.url };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 1200, "it never came so far");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends it as Ctrl-C does, and has it leave in good order. */
async function interrupt(running: Running): Promise<void> {
  const began = Date.now();
  running.kill("SIGINT");
  const { code, stdout, stderr } = await running.finish();
  assert.equal(code, 130, stdout + stderr);
  assert.match(stdout, /^interrupted: what is across stays, and the next call goes on from there/m);
  assert.ok(Date.now() - began < 20_000, "it waits for no request that is under way");
  assert.doesNotMatch(stderr, /fails|cannot be had|No remote has/);
}

function outsOf(clone: Clone): string[] {
  return ["large", "one", "two", ...globSync("small/*", { cwd: clone.path(".") }).toSorted()]
    .map((path) => `${path} ${sha256(readFileSync(clone.path(path)))}`);
}

const leftovers = (clone: Clone): string[] => globSync(".pipeline/tmp/!(aside)", { cwd: clone.path(".") });

Deno.test("push and pull that were interrupted leave nothing half-finished, and the next call goes on", async (test) => {
  await using server = await startS3();
  await using proxy = await FaultyProxy.before(server.url);
  const { room, here, unharmed } = await study(server, proxy);
  await using _room = room;
  const parts = (): string[] =>
    proxy.seen.flatMap((line) => /^PUT .*partNumber=(\d+)/.exec(line)?.[1] ?? []).toSorted();

  await test.step("push: no entry and no object is to be seen that is not whole", async () => {
    proxy.fault = (method, path) => method === "PUT" && path.includes("partNumber=5") ? "stalled" : undefined;
    const push = here.start("push");
    await until(() =>
      parts().length === 5 && proxy.answered.filter((line) => line.includes("partNumber")).length === 4 &&
      proxy.seen.length - proxy.answered.length === 1
    );
    // What was answered has yet to arrive.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await interrupt(push);
    assert.deepEqual(leftovers(here), []);
    const clone = await here.clone("early");
    await room.edit("early/pipeline.yaml", proxy.url, unharmed);
    const { code, stderr } = await clone.run("pull");
    assert.equal(code, 1);
    assert.match(stderr, /No remote has the outs of make/);
    assert.match(succeeded(await clone.run("remote", "verify")).stdout, /^bucket: 0 results.* 0 damaged, 0 missing$/m);
  });
  await test.step("push again: what was across is not sent again", async () => {
    const sent = new Set(proxy.seen.filter((line) => line.startsWith("PUT ") && !line.includes("partNumber=5")));
    proxy.fault = () => undefined;
    proxy.seen.length = 0;
    assert.match(succeeded(await here.run("push")).stdout, /^bucket: 1 result pushed/);
    assert.deepEqual(parts(), ["5"]);
    const writes = proxy.seen.filter((line) => !/^(GET|HEAD) /.test(line));
    assert.match(writes.at(-1)!, /^PUT \/results\/a\/ac\//, "the entry comes after all that it names");
    assert.equal(writes.filter((line) => line.includes("/ac/")).length, 1);
    assert.deepEqual(proxy.seen.filter((line) => sent.has(line)), []);
  });
  const clone = await here.clone("clone");
  const large = `/cas/${sha256(readFileSync(here.path("large")))}`;
  await test.step("pull: nothing is in place, and what is in the cache is whole", async () => {
    proxy.seen.length = 0;
    proxy.fault = (method, path) => method === "GET" && path.endsWith(large) ? "stalled" : undefined;
    const pull = clone.start("pull");
    await until(() => proxy.seen.some((line) => line.endsWith(large)) && proxy.answered.length > 0);
    await until(() => globSync(".pipeline/cache/cas/*/*", { cwd: clone.path(".") }).length >= 3);
    await interrupt(pull);
    assert.deepEqual(globSync("{large,one,two,small}", { cwd: clone.path(".") }), []);
    assert.deepEqual(leftovers(clone), []);
    assert.match(succeeded(await clone.run("verify-cache")).stdout, /^[1-9]\d* files verified, 0 damaged/m);
  });
  await test.step("pull again: what had come does not come again", async () => {
    const had = globSync(".pipeline/cache/cas/*/*", { cwd: clone.path(".") }).map((path) => path.split("/").at(-1)!);
    proxy.seen.length = 0;
    proxy.fault = () => undefined;
    succeeded(await clone.run("pull"));
    assert.deepEqual(proxy.seen.filter((line) => had.some((digest) => line.endsWith(`/cas/${digest}`))), []);
    assert.deepEqual(outsOf(clone), outsOf(here));
  });
  await test.step("a push that is killed is no other: the next one goes on", async () => {
    succeeded(await here.run("repro", "--force"));
    proxy.seen.length = 0;
    proxy.fault = (method, path) => method === "PUT" && path.includes("partNumber=5") ? "stalled" : undefined;
    const push = here.start("push");
    await until(() => parts().length === 5);
    await until(() => proxy.answered.filter((line) => line.includes("partNumber")).length >= 4);
    push.kill("SIGKILL");
    await push.finish();
    proxy.fault = () => undefined;
    proxy.seen.length = 0;
    succeeded(await here.run("push"));
    assert.ok(parts().length < 5, "some parts were there");
    await here.git("commit", "--quiet", "--all", "--message", "made anew");
    const other = await here.clone("other");
    succeeded(await other.run("pull"));
    assert.deepEqual(outsOf(other), outsOf(here));
  });
  await test.step("repro --pull: the stage is not run instead, and the next call goes on", async () => {
    const puller = await here.clone("puller");
    const held = `/cas/${sha256(readFileSync(here.path("large")))}`;
    proxy.seen.length = 0;
    proxy.fault = (method, path) => method === "GET" && path.endsWith(held) ? "stalled" : undefined;
    const repro = puller.start("repro", "--pull");
    await until(() => proxy.seen.some((line) => line.endsWith(held)));
    repro.kill("SIGINT");
    const { code, ran, stdout } = await repro.finish();
    assert.equal(code, 130, stdout);
    assert.deepEqual(ran, []);
    assert.deepEqual(leftovers(puller), []);
    proxy.fault = () => undefined;
    assert.deepEqual(succeeded(await puller.run("repro", "--pull")).restored, ["make"]);
    assert.deepEqual(outsOf(puller), outsOf(here));
  });
});

Deno.test("after Ctrl-C nothing is begun for the pipelines that are left", async () => {
  // The fault keeps everything from whatever is behind it.
  await using proxy = await FaultyProxy.before("http://127.0.0.1:1");
  proxy.fault = () => "stalled";
  const pipeline = (name: string): string =>
    `remotes: {web: "${proxy.url}/${name}"}\nstages: {make: {cmd: echo ${name} > out, outs: [out]}}\n`;
  await using room = await Project.create({
    "one/pipeline.yaml": pipeline("one"),
    "two/pipeline.yaml": pipeline("two"),
  });
  const here = new Clone(room, ".");
  succeeded(await here.run("repro", "one", "two"));
  const push = here.start("push", "one", "two");
  await until(() => proxy.seen.length > 0);
  await interrupt(push);
  assert.deepEqual(proxy.seen.filter((line) => line.includes("/two/")), []);
});
