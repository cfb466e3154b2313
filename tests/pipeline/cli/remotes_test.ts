import assert from "node:assert/strict";
import { cpSync, globSync, statSync, writeFileSync } from "node:fs";
import { Clone, succeeded } from "../clone.ts";
import { startBazelRemote, startNginx, startS3 } from "../remote/servers.ts";
import { Project } from "../rig.ts";

/**
 * `fetch` -> `train@1`, `train@2` -> `measure@1`, `measure@2` -> `plot`, as a study is: git keeps what is measured and drawn.
 * A log in the project's `.git` says what ran.
 */
const PIPELINE = `vars: [{title: sizes}]
remotes: {shared: ../shared}
stages:
  fetch:
    cmd: echo fetch >> .git/log && mkdir -p data && seq 99 > data/numbers
    outs: [data/numbers]
  train:
    foreach: [1, 2]
    do:
      cmd: >-
        echo train \${item} >> .git/log && mkdir -p outputs/\${item}/weights/deep &&
        head -n \${item} data/numbers > outputs/\${item}/weights/w && seq 100000 > outputs/\${item}/weights/deep/large
      deps: [data/numbers]
      outs: ["outputs/\${item}/weights"]
  measure:
    foreach: [1, 2]
    do:
      cmd: echo measure \${item} >> .git/log && wc -c < outputs/\${item}/weights/w > outputs/\${item}/measured
      deps: ["outputs/\${item}/weights"]
      outs: ["outputs/\${item}/measured"]
  plot:
    cmd: echo plot >> .git/log && echo \${title} > outputs/plot && cat outputs/*/measured >> outputs/plot
    deps: [outputs/1/measured, outputs/2/measured]
    outs: [outputs/plot]
`;

const IGNORED = "/data/\n/outputs/\n/.pipeline/\n";

/** The project as it was run, in the folder `here`; the remotes are no part of what is known of it. */
let asRun: Promise<Project> | undefined;

async function runOnce(): Promise<Project> {
  const room = await Project.create({ "here/pipeline.yaml": PIPELINE, "here/.gitignore": IGNORED });
  const here = new Clone(room, "here");
  await here.git("init", "--quiet");
  succeeded(await here.run("repro"));
  await here.git("add", ".");
  await here.git("commit", "--quiet", "--message", "as it was run");
  globalThis.addEventListener("unload", () => Deno.removeSync(room.folder, { recursive: true }));
  return room;
}

/** A copy of that project, with this pipeline file, in the folder `here` of another, beside which there is room for remotes. */
async function study(pipeline = PIPELINE): Promise<{ room: Project; here: Clone }> {
  const from = await (asRun ??= runOnce());
  const room = await Project.create();
  cpSync(from.path("here"), room.path("here"), { recursive: true, preserveTimestamps: true });
  const here = new Clone(room, "here");
  if (pipeline !== PIPELINE) {
    writeFileSync(here.path("pipeline.yaml"), pipeline);
    await here.git("commit", "--quiet", "--all", "--message", "other remotes");
  }
  return { room, here };
}

Deno.test("a fresh clone and a remote make everything as it was, and nothing is computed", async (test) => {
  const { room, here } = await study();
  await using _room = room;
  await test.step("push sends each result once", async () => {
    assert.match(
      succeeded(await here.run("push")).stdout,
      /^shared: 6 results pushed \(\d+ objects, .*\), 0 there already$/m,
    );
    assert.match(
      succeeded(await here.run("push")).stdout,
      /^shared: 0 results pushed \(0 objects, 0 B\), 6 there already$/m,
    );
  });
  await test.step("repro --pull restores, and says from where", async () => {
    const clone = await here.clone("pulled");
    const { stdout } = succeeded(await clone.run("repro", "--pull"));
    assert.match(stdout, /^plot restored from shared: outputs\/plot is missing$/m);
    assert.deepEqual(clone.ran(), []);
    assert.equal(clone.read("outputs/plot"), here.read("outputs/plot"));
    assert.match(succeeded(await clone.run("status")).stdout, /^All 6 stages are up to date/);
  });
  await test.step("fetch fills the cache alone; pull puts in place", async () => {
    const clone = await here.clone("fetched");
    assert.match(succeeded(await clone.run("fetch")).stdout, /^6 results fetched/);
    assert.deepEqual(globSync("outputs/*", { cwd: clone.path(".") }), []);
    assert.match(
      succeeded(await clone.run("pull")).stdout,
      /^0 results fetched .*, 6 there already\nThe outs of 6 stages/,
    );
    assert.equal(clone.read("outputs/2/weights/deep/large"), here.read("outputs/2/weights/deep/large"));
    assert.deepEqual(clone.ran(), []);
  });
  await test.step("pull takes targets, and what is on the remote only in part is said to be missing", async () => {
    const clone = await here.clone("targets");
    succeeded(await clone.run("pull", "measure@1"));
    assert.deepEqual(globSync("outputs/*/*", { cwd: clone.path(".") }), ["outputs/1/measured"]);
  });
});

Deno.test("--allow-missing fetches what is needed alone", async () => {
  const { room, here } = await study();
  await using _room = room;
  succeeded(await here.run("push"));
  const clone = await here.clone("clone");
  await clone.git("config", "user.name", "Test");
  writeFileSync(clone.path("pipeline.yaml"), clone.read("pipeline.yaml").replace("title: sizes", "title: lengths"));
  const { stdout } = succeeded(await clone.run("repro", "--pull", "--allow-missing"));
  assert.deepEqual(clone.ran(), ["plot"]);
  assert.match(
    stdout,
    /\d+ outs \(.+\) are absent: nothing that has to run reads them\n {2}.*\n {2}to have them from a remote: .* repro --pull /,
  );
  assert.equal(clone.read("outputs/plot"), "lengths\n2\n4\n");
  assert.deepEqual(globSync("{data/*,outputs/*/*}", { cwd: clone.path(".") }).toSorted(), [
    "outputs/1/measured",
    "outputs/2/measured",
  ]);
  assert.deepEqual(
    globSync(".pipeline/cache/cas/*/*", { cwd: clone.path(".") }).filter((path) =>
      statSync(clone.path(path)).size > 1000
    ),
    [],
    "no weights came",
  );
});

Deno.test("a result that a colleague has computed is not computed again, whatever the lock says", async () => {
  const { room, here } = await study();
  await using _room = room;
  const colleague = await here.clone("colleague");
  const title = (clone: Clone): void =>
    writeFileSync(clone.path("pipeline.yaml"), clone.read("pipeline.yaml").replace("title: sizes", "title: counts"));
  title(colleague);
  succeeded(await colleague.run("repro"));
  succeeded(await colleague.run("push", "plot"));
  title(here);
  const before = here.ran().length;
  assert.match(succeeded(await here.run("repro", "--pull")).stdout, /^plot restored from shared: the command: /m);
  assert.deepEqual(here.ran().slice(before), []);
  assert.equal(here.read("outputs/plot"), "counts\n2\n4\n");
});

Deno.test("what is damaged on a remote is no hit: it is named, and computed or taken from the next one", async () => {
  const { room, here } = await study(
    PIPELINE.replace("{shared: ../shared}", "{first: ../first, second: ../second}\nabsent_outs: make"),
  );
  await using _room = room;
  succeeded(await here.run("push"));
  const largest = globSync("first/cas/*/*", { cwd: room.folder })
    .map((path) => room.path(path)).toSorted((one, other) => statSync(other).size - statSync(one).size)[0]!;
  const bytes = Deno.readFileSync(largest);
  bytes[bytes.length >> 1]! ^= 1;
  Deno.writeFileSync(largest, bytes);
  const clone = await here.clone("clone");
  const { stdout } = succeeded(await clone.run("repro", "--pull"));
  assert.match(
    stdout,
    /The result of train@\d cannot be had from first: what came for [0-9a-f]{12} is not what its name says/,
  );
  assert.match(stdout, /^train@\d restored from second: /m);
  assert.match(stdout, /^plot restored from first: /m);
  assert.deepEqual(clone.ran(), []);

  await room.remove("second");
  const other = await here.clone("other");
  succeeded(await other.run("repro", "--pull"));
  // Where one has made the large file before the other is looked at, the other can be restored.
  assert.match(other.ran().toSorted().join(), /^train \d(,train \d)?$/);
  assert.equal(other.read("outputs/2/weights/deep/large"), here.read("outputs/2/weights/deep/large"));
});

Deno.test("a remote that is not there is a warning, once, and all goes on without it", async () => {
  const { room, here } = await study(
    PIPELINE.replace("{shared: ../shared}", '{shared: ../nowhere/shared, web: "http://me:secret@127.0.0.1:1/"}'),
  );
  await using _room = room;
  const push = await here.run("push");
  assert.equal(push.code, 1);
  assert.match(push.stderr, /The remote shared \(\.\.\/nowhere\/shared\) fails: there is no folder .*nowhere/);
  const clone = await here.clone("clone");
  const { stdout } = succeeded(await clone.run("repro", "--pull"));
  assert.equal([...stdout.matchAll(/The remote shared .* fails/g)].length, 1);
  assert.match(push.stderr, /The remote web \(http:\/\/127\.0\.0\.1:1\/\) fails: /, "without the password");
  assert.deepEqual(clone.ran().toSorted(), ["fetch", "measure 1", "measure 2", "plot", "train 1", "train 2"]);
});

Deno.test("an entry stands on a remote only once all that it names does", async () => {
  const { room, here } = await study();
  await using _room = room;
  succeeded(await here.run("push", "fetch"));
  await room.remove("shared/cas");
  const clone = await here.clone("clone");
  const { code, stderr } = await clone.run("pull", "fetch");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /The result of fetch cannot be had from shared: [0-9a-f]{12} is not there, though an entry names it/,
  );
  assert.match(stderr, /No remote has the outs of fetch/);
  assert.match(succeeded(await here.run("push", "fetch")).stdout, /^shared: 1 result pushed \(1 object/);
  succeeded(await clone.run("pull", "fetch"));
  assert.equal(clone.read("data/numbers"), here.read("data/numbers"));
});

Deno.test("what is asked of remotes that do not exist is said", async () => {
  const { room, here } = await study(PIPELINE.replace("../shared", "{url: ../shared, read_only: true}"));
  await using _room = room;
  const said = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await here.run(...args);
    assert.equal(code, 2, stderr);
    return stderr;
  };
  assert.match(await said("push"), /shared is read only; push needs a remote without read_only: true/);
  assert.match(await said("pull", "--remote", "share"), /There is no remote share; did you mean shared\?/);
  assert.match(await said("repro", "--pull", "--dry"), /--pull and --dry contradict each other/);
  writeFileSync(here.path("pipeline.yaml"), here.read("pipeline.yaml").replace(/^remotes.*\n/m, ""));
  assert.match(await said("push"), /push needs remotes; name one in the pipeline file/);
});

Deno.test("servers are remotes as folders are: a bucket, a web server, a cache server", async () => {
  await using bucket = await startS3();
  await using nginx = await startNginx();
  if (nginx === undefined) console.log("skipped: there is no nginx (Debian: nginx-light)");
  const bazel = await startBazelRemote();
  if (typeof bazel === "string") console.log(`skipped: bazel-remote is not tried, since ${bazel}`);
  await using cache = typeof bazel === "string" ? undefined : bazel;
  const remotes = [
    `bucket: {url: "s3://results/a", endpoint: "${bucket.url}"}`,
    ...nginx === undefined ? [] : [`web: "${nginx.url}/results"`],
    ...cache === undefined ? [] : [`cache: "${cache.url}"`],
  ];
  const { room, here } = await study(PIPELINE.replace("shared: ../shared", remotes.join(", ")));
  await using _room = room;
  const pushed = succeeded(await here.run("push")).stdout;
  for (const [name] of remotes.map((remote) => remote.split(":") as [string])) {
    assert.match(pushed, new RegExp(`^${name}: 6 results pushed`, "m"));
    const clone = await here.clone(name);
    assert.match(succeeded(await clone.run("pull", "--remote", name)).stdout, /^6 results fetched/m);
    for (const path of ["outputs/plot", "outputs/2/weights/deep/large"]) {
      assert.equal(clone.read(path), here.read(path));
    }
    assert.deepEqual(clone.ran(), []);
  }
});

Deno.test("who may not sign can put nothing into a remote that trusts some keys", async () => {
  const { room, here } = await study();
  await using _room = room;
  const keygen = succeeded(await here.run("remote", "keygen", "../key"));
  const key = keygen.stdout.split("\n")[0]!;
  assert.equal(statSync(room.path("key")).mode & 0o777, 0o600);
  assert.equal((await here.run("remote", "keygen", "../key")).code, 2, "a key is not overwritten");
  succeeded(await here.run("push"));
  const file = here.read("pipeline.yaml");
  writeFileSync(here.path("pipeline.yaml"), file.replace("../shared", `{url: ../shared, trusts: ["${key}"]}`));
  await here.git("commit", "--quiet", "--all", "--message", "trusts a key");

  const clone = await here.clone("clone");
  const refused = await clone.run("pull", "plot");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /The entry of plot on shared is not signed\n {2}hint: It counts as missing/);
  const env = { PIPELINE_SIGNING_KEY: room.path("key") };
  assert.match(
    succeeded(await room.startIn("here", env, "push").finish()).stdout,
    /^shared: 6 results pushed \(0 objects, 0 B\), 0 there already$/m,
  );
  succeeded(await clone.run("pull"));
  assert.deepEqual(clone.ran(), []);

  const mistaken = file.replace("../shared", "{url: ../shared, trusts: [nobody]}");
  writeFileSync(here.path("pipeline.yaml"), mistaken);
  const { code, stderr } = await here.run("status");
  assert.equal(code, 3);
  assert.match(stderr, /This is no public key/);
});

Deno.test("remote verify names what is damaged or missing; remote gc makes room, and keeps what locks need", async () => {
  const { room, here } = await study();
  await using _room = room;
  succeeded(await here.run("push"));
  assert.match(
    succeeded(await here.run("remote", "verify")).stdout,
    /^shared: 6 results, 0 not .*verified, 0 damaged, 0 missing$/m,
  );
  writeFileSync(here.path("pipeline.yaml"), here.read("pipeline.yaml").replace("title: sizes", "title: another"));
  succeeded(await here.run("repro"));
  succeeded(await here.run("push"));
  await here.git("checkout", "--quiet", ".");
  const dry = succeeded(await here.run("remote", "gc", "--budget", "1B", "--dry")).stdout;
  assert.match(
    dry,
    /^a result of plot \([0-9a-f]{12}\), written \d{4}-.*\nshared: would remove 1 result and 1 object, /,
  );
  const { stdout } = succeeded(await here.run("remote", "gc", "--budget", "1B"));
  assert.match(stdout, /^shared: removed 1 result and 1 object, .*\nWhat locks need, and what came today, is more/);
  assert.match(succeeded(await here.run("remote", "verify")).stdout, /^shared: 6 results, 0 not/m);

  const largest = globSync("shared/cas/*/*", { cwd: room.folder })
    .map((path) => room.path(path)).toSorted((one, other) => statSync(other).size - statSync(one).size)[0]!;
  writeFileSync(largest, "torn");
  const damaged = await here.run("remote", "verify", "--remove");
  assert.equal(damaged.code, 1);
  assert.match(damaged.stdout, /^[0-9a-f]{64} is damaged$/m);
  assert.match(damaged.stdout, /^the result of train@1 \([0-9a-f]{12}\) is not whole$/m);
  assert.match(damaged.stdout, /^shared: 6 results, 2 not .* 1 damaged, 0 missing; what is bad is removed$/m);
  assert.match(succeeded(await here.run("push")).stdout, /^shared: 2 results pushed \(1 object, /m);
  succeeded(await here.run("remote", "verify"));
});
