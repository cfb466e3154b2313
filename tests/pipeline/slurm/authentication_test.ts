import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { onCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of a cluster with munge", { munge: true });

const PIPELINE = `executor: slurm
stages:
  part:
    foreach: [1, 2]
    do: { cmd: "echo begun; while ! test -f go; do sleep 0.1; done; echo \${item} > part-\${item}", outs: ["part-\${item}"] }
  sum: { cmd: cat part-1 part-2 > sum, deps: [part-1, part-2], outs: [sum] }
`;

test(
  "where munge says who somebody is, jobs are submitted, told of, taken over and cancelled as ever",
  async (cluster) => {
    assert.match(await cluster.ask("scontrol", "show", "config"), /AuthType\s+= auth\/munge/);
    await using project = await Project.create({ "pipeline.yaml": PIPELINE });
    const first = project.startIn(".", cluster.environment, "repro");
    await first.says(/part@1 \| begun/);
    await first.says(/part@2 \| begun/);
    first.kill("SIGKILL");
    await first.finish();
    const second = project.startIn(".", cluster.environment, "repro");
    await second.says(/part@2 goes on as Slurm job \d+/);
    await project.write("go", "");
    const { code, stdout, ran } = await second.finish();
    assert.deepEqual([code, ran.toSorted()], [0, ["part@1", "part@2", "sum"]], stdout);
    assert.equal(await project.read("sum"), "1\n2\n");

    await project.remove("go");
    const third = project.startIn(".", cluster.environment, "repro", "--force");
    await third.says(/part@1 \| begun/);
    const cancelled = await project.startIn(".", cluster.environment, "cancel").finish();
    assert.match(cancelled.stdout, /^part@1: Slurm job \d+(_\d)? is asked to end$/m);
    const end = await third.finish();
    assert.equal(end.code, 1);
    assert.match(end.stdout, /part@1 was cancelled in Slurm/);
    assert.equal(await project.read("part-1"), "1\n", "the previous out is back");

    await project.write("go", "");
    const detached = await project.startIn(".", cluster.environment, "repro", "--detach", "--force").finish();
    assert.equal(detached.code, 0, detached.stdout + detached.stderr);
    await cluster.settled();
    const last = await project.startIn(".", cluster.environment, "repro").finish();
    assert.deepEqual([last.code, last.ran.toSorted()], [0, ["part@1", "part@2", "sum"]], last.stdout);
  },
  true,
);
