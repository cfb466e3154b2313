import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { WaitingJobs, waitText } from "../../../lib/pipeline/slurm/waiting.ts";
import { onCluster } from "./test_cluster.ts";

const { test } = onCluster("The tests of jobs that wait", { nodes: 1 });

Deno.test("waitText() says what Slurm's words mean, and what it does not know as Slurm does", () => {
  assert.equal(waitText("Resources"), "suitable nodes are busy (Resources)");
  assert.equal(
    waitText("ReqNodeNotAvail, UnavailableNodes:node1"),
    "suitable nodes are down, drained or reserved (ReqNodeNotAvail, UnavailableNodes:node1)",
  );
  assert.equal(
    waitText("QOSMaxJobsPerUserLimit"),
    "a limit of the quality of service is reached (QOSMaxJobsPerUserLimit)",
  );
  assert.equal(waitText("Cleaning"), "Cleaning");
});

Deno.test("WaitingJobs tells once, in one piece, what has held for some seconds, and what begins after that", () => {
  const jobs = new WaitingJobs();
  const say = (now: number, ...states: string[]): unknown => {
    const entries = states.map((text, index) => {
      const [state = "", reason = "None"] = text.split(" ");
      return [`part@${index}`, { state, reason }] as const;
    });
    const { waiting, begun } = jobs.update(new Map(entries), now);
    return [[...waiting], begun];
  };
  const nothing = [[], []];
  assert.deepEqual(say(0, "PENDING", "PENDING Resources", "PENDING Priority"), nothing);
  assert.deepEqual(say(4000, "PENDING Resources", "PENDING Resources", "PENDING Resources"), nothing);
  assert.deepEqual(say(6000, "PENDING Resources", "PENDING Resources", "PENDING Resources"), [
    [["Resources", ["part@1"]]],
    [],
  ]);
  assert.deepEqual(say(9000, "PENDING Resources", "PENDING Resources", "PENDING Resources"), [
    [["Resources", ["part@0", "part@2"]]],
    [],
  ]);
  assert.deepEqual(say(20_000, "RUNNING", "CANCELLED", "PENDING Resources"), [[], ["part@0"]]);
  assert.deepEqual(say(21_000, "RUNNING", "CANCELLED", "PENDING Resources"), nothing);
});

test("why a job waits is told, by status too; of a drained node as well, and it runs once that is back", async (cluster) => {
  await using project = await Project.create({
    "pipeline.yaml": `executor: slurm
stages:
  part:
    foreach: [1, 2]
    do: { cmd: "touch out-\${item}", outs: ["out-\${item}"] }
`,
  });
  await cluster.ask("scontrol", "update", "nodename=node1", "state=drain", "reason=test");
  const running = project.startIn(".", cluster.environment, "repro");
  await running.says(
    /^part@1, part@2 wait in Slurm: suitable nodes are (busy|down, drained or reserved) \(.+\)$/m,
  );
  const status = await project.startIn(".", cluster.environment, "status").finish();
  assert.match(status.stdout, /^part@2 would run\n.*\n {2}Slurm job \d+_[01] waits: suitable nodes are .*\(.+\)$/m);
  const { stdout: line } = await project.startIn(".", cluster.environment, "status", "--json").finish();
  const [, { job }] = JSON.parse(line).stages;
  assert.match(job.id, /^\d+_[01]$/);
  assert.equal(job.state, "PENDING");
  assert.ok(job.reason.length > 0);
  await cluster.ask("scontrol", "update", "nodename=node1", "state=resume");
  const { code, stdout, ran } = await running.finish();
  assert.deepEqual([code, ran.toSorted()], [0, ["part@1", "part@2"]], stdout);
  const after = await project.startIn(".", cluster.environment, "status").finish();
  assert.equal(after.stdout, "All 2 stages are up to date\n");
});
