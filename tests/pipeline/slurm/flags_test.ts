import assert from "node:assert/strict";
import { resourceFlags } from "../../../lib/pipeline/slurm/flags.ts";

const none = { cpus: 1, gpus: 0, memory: 0, time: 0 };

Deno.test("resourceFlags() leaves to the cluster what is not stated", () => {
  assert.deepEqual(resourceFlags(none), ["--nodes=1", "--ntasks=1", "--cpus-per-task=1"]);
});

Deno.test("resourceFlags() rounds up: cores, kilobytes, and minutes above the stage's own limit", () => {
  const names = { partition: "gpu", account: "lab", qos: "low", constraint: "a100|h100" };
  assert.deepEqual(resourceFlags({ cpus: 1.5, gpus: 2, memory: 1025, time: 90, ...names }).slice(2), [
    "--cpus-per-task=2",
    "--gres=gpu:2",
    "--mem=2K",
    "--time=3",
    "--partition=gpu",
    "--account=lab",
    "--qos=low",
    "--constraint=a100|h100",
  ]);
});
