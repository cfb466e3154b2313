import assert from "node:assert/strict";
import { accident, actionEnd, type JobEnd, succeeded } from "../../../lib/pipeline/slurm/job_end.ts";
import type { Stage } from "../../../lib/pipeline/file/pipeline.ts";

const stage = { name: "work" } as Stage;
const task = {
  pipeline: "p",
  stage: "work",
  fingerprint: "f",
  apart: "g",
  aside: "/no",
  before: [],
  folder: "/no/0",
  name: "work-1",
};
const record = { schema: 1, node: "node1", seconds: 2, asked: false, diagnostics: [] } as const;

function message(end: JobEnd): string {
  const { diagnostics } = actionEnd(stage, { ...task, job: "12" }, end);
  return diagnostics.map(({ message }) => message).join();
}

function entry(state: string, reason = "None"): { entry: { state: string; reason: string } } {
  return { entry: { state, reason } };
}

Deno.test("succeeded() believes the job's own word alone", () => {
  assert.ok(succeeded({ record }));
  assert.ok(!succeeded(entry("COMPLETED")));
  assert.ok(!succeeded({}));
  assert.ok(!succeeded({ record: { ...record, asked: true } }));
});

Deno.test("actionEnd() of a job that left word of success is that, whatever Slurm says later", () => {
  assert.deepEqual(actionEnd(stage, { ...task, job: "12" }, { record, ...entry("NODE_FAIL") }), {
    diagnostics: [],
    seconds: 2,
  });
});

Deno.test("actionEnd() names what Slurm did", () => {
  assert.match(message(entry("TIMEOUT")), /work ran into the time limit of Slurm job 12/);
  assert.match(message({ record: { ...record, asked: true }, ...entry("TIMEOUT") }), /time limit/);
  assert.match(message(entry("OUT_OF_MEMORY")), /took more memory than Slurm job 12 may/);
  assert.match(message(entry("CANCELLED")), /was cancelled in Slurm, as job 12/);
  assert.match(message(entry("NODE_FAIL")), /job 12 was lost with its node, as the jobs before it/);
});

Deno.test("actionEnd() takes nothing for success that it does not know to be", () => {
  assert.match(message({}), /work was lost: Slurm does not know job 12 any more/);
  assert.match(message(entry("UNKNOWN")), /was lost/);
  assert.match(message(entry("COMPLETED")), /ended as COMPLETED and left no word of its stage/);
  assert.match(message(entry("FAILED", "NonZeroExitCode")), /ended as FAILED \(NonZeroExitCode\)/);
  assert.match(message({ record: { ...record, asked: true } }), /was ended by a signal .* does not say why/);
});

Deno.test("accident() is what had nothing to do with the stage", () => {
  const placed = { ...task, job: "12" };
  assert.equal(accident(placed, entry("PREEMPTED")), "job 12 was preempted by a job of higher priority");
  assert.match(accident(placed, entry("BOOT_FAIL"))!, /did not start/);
  for (const state of ["FAILED", "TIMEOUT", "CANCELLED", "UNKNOWN"]) {
    assert.equal(accident(placed, entry(state)), undefined);
  }
  assert.equal(accident(placed, { record, ...entry("NODE_FAIL") }), undefined);
});
