import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { clusters } from "../nn/clusters.ts";
import { Project } from "../pipeline/rig.ts";

const TRAIN = fileURLToPath(new URL("../../stages/train.ts", import.meta.url));

const PIPELINE = `stages:
  train:
    run: ${TRAIN}
    with:
      model: { kind: mlp, depth: 3, width: 1000000 }
      optimizer: { lr: 0.05 }
      epochs: 1
    deps: { dataset: dataset }
    outs: { snapshots: snapshots, history: history.csv }
`;

Deno.test("a network that fits in no machine is refused by the command line, without a grant of memory", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  await writeDataset(project.path("dataset"), clusters());
  const { code, stdout, stderr } = await project.run("repro");
  assert.equal(code, 1, stdout + stderr);
  assert.match(
    stdout.replaceAll(/\s+/g, " "),
    /train failed: Training needs about [\d.]+ TB of memory \([\d.]+ TB for variables, [\d.]+ TB for activations and gradients, .* but there are [\d.]+ GB for the whole of this machine or container; take a smaller/,
  );
});
