import assert from "node:assert/strict";
import { moduleText } from "../support/module_text.ts";
import { Project } from "../rig.ts";
import { CHAIN } from "./chain.ts";
import { onCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of stages in folders of nodes");

test("where nodes have nothing of the project but the cache, stages run in folders of their own", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
slurm: { scratch: $NODE_DISK/jobs }
stages:
  first:
    wdir: work
    cmd: sh ../tools/first.sh && pwd
    deps: [../tools/first.sh, ../data]
    params: [params.yaml: [rate]]
    outs: [out, folder]
  second:
    cmd: cat work/out work/folder/sub/b > second && echo more >> log && ls
    deps: [work/out, work/folder]
    outs: [second, { log: { persist: true } }]
  here:
    executor: local
    cmd: cat second log > here
    deps: [second, log]
    outs: [here]
`,
    "work/params.yaml": "rate: 7\n",
    "tools/first.sh":
      "set -e\ncat ../data/a ../data/more/b params.yaml > out; mkdir -p folder/sub; cp ../data/more/b folder/sub\n" +
      "cp ../tools/first.sh folder/tool; chmod +x folder/tool\n",
    "data/a": "1\n",
    "data/more/b": "2\n",
    "log": "before\n",
    "unread": "secret\n",
  });
  const disk = await Deno.makeTempDir({ prefix: "slurm-test-disk-" });
  await cluster.hide(project.folder);
  assert.equal(await cluster.ask("srun", "-N2", "ls", "-A", project.folder), ".pipeline\n.pipeline\n");
  const environment = { ...cluster.environment, NODE_DISK: disk };
  const { code, stdout, stderr, ran } = await project.startIn(".", environment, "repro").finish();
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(ran, ["first", "second", "here"]);
  assert.match(stdout, new RegExp(`^first \\| ${disk}/jobs/pipeline-\\w+/project/work$`, "m"));
  assert.match(stdout, /^second \| work$/m);
  assert.doesNotMatch(stdout, /unread/);
  assert.equal(await project.read("second"), "1\n2\nrate: 7\n2\n");
  assert.equal(await project.read("here"), "1\n2\nrate: 7\n2\nbefore\nmore\n");
  assert.ok((await Deno.stat(project.path("work/folder/tool"))).mode! & 0o100, "a program stays one");
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${disk}/jobs`)), [], "nothing is left on the node");
  const again = await project.startIn(".", environment, "repro").finish();
  assert.match(again.stdout, /3 unchanged/);
  await Deno.remove(disk, { recursive: true });
});

test("a module finds its code, its packages' lock and its deps there, and is held to them", async (cluster) => {
  await using project = await Project.create({
    "deno.json": `{ "imports": { "half": "./lib/half.ts" }, "workspace": ["./member"] }\n`,
    "member/deno.json": "{}\n",
    "pipeline.yaml": `executor: slurm
slurm: { scratch: /tmp }
stages:
  train:
    run: stages/train.ts
    with: { rate: 3 }
    deps: { data: data }
    outs: { model: model.txt }
`,
    "data/a": "1\n",
    "lib/half.ts": "export const half = (value: number): number => value / 2;\n",
    "stages/train.ts": `import { half } from "half";\n` + moduleText({
      deps: ["data"],
      outs: ["model"],
      body:
        `await Deno.writeTextFile(outs.model, half(Number(context.with.rate)) + await Deno.readTextFile(deps.data + "/a"));`,
    }),
  });
  await cluster.hide(project.folder);
  const { code, stdout, stderr } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 0, stdout + stderr);
  assert.equal(await project.read("model.txt"), "1.51\n");
  await project.edit(
    "stages/train.ts",
    "await Deno.writeTextFile",
    `await Deno.readTextFile(deps.data + "/../lib/x"); await Deno.writeTextFile`,
  );
  const bad = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /train read .*, which it did not declare/);
  assert.equal(await project.read("model.txt"), "1.51\n");
}, true);

test("jobs that wait for each other hand their outs on through the cache, without an engine", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
slurm: { scratch: /tmp }
${CHAIN}`,
    in: "1\n",
  });
  await cluster.hide(project.folder);
  const detached = await project.startIn(".", cluster.environment, "repro", "--detach").finish();
  assert.equal(detached.code, 0, detached.stdout + detached.stderr);
  await cluster.settled();
  assert.equal(await project.exists("first"), false, "what the jobs left is in the cache alone");
  const gc = await project.run("gc");
  assert.equal(gc.code, 4);
  assert.match(gc.stdout + gc.stderr, /There are Slurm jobs, which need the cache as it is: of \S+, \S+, \S+/);
  const { code, stdout, ran } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.deepEqual([code, ran.toSorted()], [0, ["first", "last", "part@1", "part@2"]], stdout);
  assert.equal(await project.read("last"), "1\n1\n");
}, true);

test("a node without that folder, and an out elsewhere, are named", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  work: { cmd: touch out, outs: [out], slurm: { scratch: $NOWHERE_SET } }
  elsewhere: { cmd: touch /tmp/x, outs: [/tmp/slurm-test-out], slurm: { scratch: /tmp } }
  here: { cmd: touch here, outs: [here], slurm: { scratch: false } }
`,
  });
  const { code, stdout, ran } = await project.startIn(".", cluster.environment, "repro", "--keep-going").finish();
  assert.deepEqual([code, ran], [1, ["here"]], stdout);
  assert.match(stdout, /\$NOWHERE_SET stands for no folder on \S+: NOWHERE_SET is not set there/);
  await project.write(
    "mixed.yaml",
    `executor: slurm
stages:
  one: { cmd: touch one, outs: [one], slurm: { scratch: /tmp } }
  two: { cmd: cp one two, deps: [one], outs: [two] }
`,
  );
  const detached = await project.startIn(".", cluster.environment, "repro", "--detach", "--file", "mixed.yaml")
    .finish();
  assert.match(
    detached.stdout,
    /two cannot be submitted yet: it looks in the project for the outs of one, whose job leaves them in the cache/,
  );
  const done = await project.startIn(".", cluster.environment, "repro", "--file", "mixed.yaml").finish();
  assert.deepEqual([done.code, done.ran], [0, ["one", "two"]], done.stdout);
  assert.match(stdout, /elsewhere cannot run in a folder of a node: .*slurm-test-out lies outside the project/);
}, true);
