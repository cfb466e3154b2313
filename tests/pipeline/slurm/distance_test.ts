import assert from "node:assert/strict";
import { moduleText } from "../support/module_text.ts";
import { startNginx, type TestServer } from "../remote/servers.ts";
import { Project } from "../rig.ts";
import { CHAIN } from "./chain.ts";
import { onCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of nodes that see nothing of a project");

/** nginx, or a folder that is not the project's where there is none. */
async function somewhere(): Promise<TestServer> {
  const nginx = await startNginx();
  if (nginx !== undefined) return nginx;
  console.warn("nginx is not here (Debian: nginx-light), so files go over a folder");
  const url = await Deno.makeTempDir({ prefix: "slurm-test-remote-" });
  return { url, [Symbol.asyncDispose]: async () => await Deno.remove(url, { recursive: true }) };
}

test(
  "where nodes see nothing of the project, stages get what they read over a remote, and leave what they write",
  async (cluster) => {
    await using remote = await somewhere();
    await using project = await Project.create({
      "deno.json": `{ "imports": { "half": "./lib/half.ts" } }\n`,
      "pipeline.yaml": `executor: slurm
remotes: { group: ${remote.url} }
slurm: { scratch: $NODE_DISK, remote: group }
stages:
  part:
    foreach: [1, 2, 3]
    do:
      wdir: work
      cmd: echo on $SLURMD_NODENAME && ls .. && sh ../tools/part.sh \${item} > part-\${item}
      deps: [../tools/part.sh, ../data]
      params: [params.yaml: [rate]]
      outs: ["part-\${item}", { "log-\${item}": { persist: true } }]
  train:
    run: train.ts
    deps: { data: work/part-2 }
    outs: { model: model }
  here:
    executor: local
    cmd: cat work/part-1 model/a > here
    deps: [work/part-1, model]
    outs: [here]
`,
      "work/params.yaml": "rate: 7\n",
      "tools/part.sh": "set -e\ncat ../data/a ../data/more/b params.yaml; echo part $1; echo more >> log-$1\n",
      "data/a": "1\n",
      "data/more/b": "2\n",
      "work/log-1": "before\n",
      "unread": "secret\n",
      "lib/half.ts": "export const half = (value: number): number => value / 2;\n",
      "train.ts": `import { half } from "half";\n` + moduleText({
        deps: ["data"],
        outs: ["model"],
        body: `progress({ done: 1, total: 1, unit: "epoch" });
    await Deno.mkdir(outs.model);
    await Deno.writeTextFile(outs.model + "/a", half(3) + (await Deno.readTextFile(deps.data)).slice(-7));`,
      }),
    });
    const disk = await Deno.makeTempDir({ prefix: "slurm-test-disk-" });
    await cluster.hide(project.folder, "nothing");
    assert.equal(await cluster.ask("srun", "-N2", "ls", "-A", project.folder), "");
    const environment = { ...cluster.environment, NODE_DISK: disk };
    const { code, stdout, stderr, ran } = await project.startIn(".", environment, "repro").finish();
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(ran.toSorted(), ["here", "part@1", "part@2", "part@3", "train"]);
    assert.match(stdout, /^part@1 \| on node\d$/m);
    assert.match(stdout, /^part@1 \| tools$/m);
    assert.doesNotMatch(stdout, /unread/);
    assert.equal(await project.read("work/part-3"), "1\n2\nrate: 7\npart 3\n");
    assert.equal(await project.read("work/log-1"), "before\nmore\n");
    assert.equal(await project.read("here"), "1\n2\nrate: 7\npart 1\n1.5part 2\n");
    assert.deepEqual(await Array.fromAsync(Deno.readDir(disk)), [], "nothing is left on the node");
    assert.deepEqual(await Array.fromAsync(Deno.readDir(project.path(".pipeline/slurm/jobs"))), []);
    const logged = await project.startIn(".", environment, "logs", "part@2").finish();
    assert.match(logged.stdout, /^on node\d$/m);

    await project.edit("tools/part.sh", "echo part $1", "exit $1");
    const failed = await project.startIn(".", environment, "repro", "--keep-going").finish();
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /part@3 failed: `.*` ended with exit code 3/);
    assert.equal(await project.read("work/part-3"), "1\n2\nrate: 7\npart 3\n", "the previous out is back");
    await Deno.remove(disk, { recursive: true });
  },
  true,
);

test("so do jobs that no engine waits for, each with the outs of those before it", async (cluster) => {
  await using remote = await somewhere();
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
remotes: { group: ${remote.url} }
slurm: { scratch: /tmp, remote: group }
${CHAIN}`,
    in: "1\n",
  });
  await cluster.hide(project.folder, "nothing");
  const detached = await project.startIn(".", cluster.environment, "repro", "--detach").finish();
  assert.equal(detached.code, 0, detached.stdout + detached.stderr);
  await cluster.settled();
  const { code, stdout, ran } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.deepEqual([code, ran.toSorted()], [0, ["first", "last", "part@1", "part@2"]], stdout);
  assert.equal(await project.read("last"), "1\n1\n");
}, true);

test(
  "a remote that is gone when a job has ended leaves it to the next run; one that trusts nobody's jobs is named",
  async (cluster) => {
    const folder = await Deno.makeTempDir({ prefix: "slurm-test-remote-" });
    const pipeline = `executor: slurm
remotes: { group: ${folder}/store }
slurm: { scratch: /tmp, remote: group }
stages:
  work: { cmd: "rm -f ${folder}/begun; touch ${folder}/begun; while test -f ${folder}/begun; do sleep 0.1; done; echo 1 > out", outs: [out] }
`;
    await using project = await Project.create({ "pipeline.yaml": pipeline });
    await cluster.hide(project.folder, "nothing");
    const environment = { ...cluster.environment, PIPELINE_REMOTE_PATIENCE: "1,5" };
    const first = project.startIn(".", environment, "repro");
    await first.says(/work waits as Slurm job/);
    await cluster.until(
      "the stage to begin",
      async () => await Deno.stat(`${folder}/begun`).then(() => true, () => false),
    );
    first.kill("SIGKILL");
    await first.finish();
    await Deno.remove(`${folder}/begun`);
    await cluster.settled();
    await Deno.rename(folder, `${folder}-away`);
    const second = await project.startIn(".", environment, "repro").finish();
    assert.equal(second.code, 1, second.stdout);
    assert.match(second.stdout, /The remote group \(.*\), over which its job gets and leaves files, fails: /);
    assert.match(second.stdout, /work goes on as Slurm job \d+; the next repro takes it over/);
    await Deno.rename(`${folder}-away`, folder);
    const third = await project.startIn(".", environment, "repro").finish();
    assert.deepEqual([third.code, third.ran], [0, ["work"]], third.stdout);
    assert.equal(await project.read("out"), "1\n");

    await project.write(
      "pipeline.yaml",
      pipeline.replace(/group: (\S+)/, (_, url) => `group: { url: ${url}, trusts: ["${btoa("k".repeat(32))}"] }`)
        .replace("scratch: /tmp", "scratch: $NOWHERE_SET"),
    );
    const untrusted = await project.startIn(".", environment, "repro", "--force").finish();
    assert.equal(untrusted.code, 1, untrusted.stdout);
    assert.match(untrusted.stdout, /What stands on group for this job counts as nothing: its entry is not signed/);
    await project.write("pipeline.yaml", pipeline.replace("scratch: /tmp", "scratch: $NOWHERE_SET"));
    const nowhere = await project.startIn(".", environment, "repro", "--force").finish();
    assert.match(nowhere.stdout, /\$NOWHERE_SET stands for no folder on \S+: NOWHERE_SET is not set there/);
    await Deno.remove(folder, { recursive: true });
  },
  true,
);

test("without a remote, a node that sees nothing of the project is named, with what to do", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
slurm: { scratch: /tmp }
stages:
  work: { cmd: touch out, outs: [out] }
`,
  });
  await cluster.hide(project.folder, "nothing");
  const { code, stdout } = await project.startIn(".", cluster.environment, "repro").finish();
  assert.equal(code, 1);
  assert.match(stdout, /Its node may not see .*: have \.pipeline on a disk that nodes share, or name a remote/);
}, true);
