import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { clusters } from "../nn/clusters.ts";
import { Project } from "../pipeline/rig.ts";

const TRAIN = fileURLToPath(new URL("../../stages/train.ts", import.meta.url));

// Half a core each, so that all four run at once on two.
const PIPELINE = `stages:
  train:
    matrix: { depth: [2, 3], seed: [0, 1] }
    run: ${TRAIN}
    with:
      model: { kind: mlp, depth: "\${item.depth}", width: 32 }
      optimizer: { lr: 0.05, cosine: {} }
      labelNoise: { share: 0.1 }
      augmentation: { pad: 1 }
      epochs: 3
      seed: "\${item.seed}"
    deps: { dataset: dataset }
    outs: { snapshots: "out/\${key}/snapshots", history: "out/\${key}/history.csv" }
    resources: { cpus: 0.5 }
`;

/** Runs the sweep from nothing: which stages ran, how many at most at once, and the digest of each file that they left. */
async function sweep(jobs: number): Promise<{ ran: string[]; atOnce: number; outs: Record<string, string> }> {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE });
  await writeDataset(project.path("dataset"), clusters({ train: 2000, test: 200 }));
  const { code, ran, stdout, stderr } = await project.run("repro", "--jobs", `${jobs}`);
  assert.equal(code, 0, stdout + stderr);
  let [running, atOnce] = [0, 0];
  for (const [, event] of stdout.matchAll(/^train@\S+ (runs|finished)/gm)) {
    running += event === "runs" ? 1 : -1;
    atOnce = Math.max(atOnce, running);
  }
  const files = globSync("out/**/*.{csv,safetensors}", { cwd: project.folder }).sort();
  const digest = (file: string) => createHash("sha256").update(readFileSync(project.path(file))).digest("hex");
  return { ran: ran.sort(), atOnce, outs: Object.fromEntries(files.map((file) => [file, digest(file)])) };
}

Deno.test("a sweep over depths and seeds leaves the same bytes, whether its trainings run one by one or side by side", async () => {
  const [one, four] = [await sweep(1), await sweep(4)];
  assert.deepEqual(one.ran, ["train@2-0", "train@2-1", "train@3-0", "train@3-1"]);
  assert.deepEqual([one.atOnce, four.atOnce], [1, Math.min(4, 2 * navigator.hardwareConcurrency)]);
  // A history, and snapshots after 0 to 3 epochs, each unlike all others.
  assert.equal(new Set(Object.values(one.outs)).size, 4 * 5);
  assert.deepEqual(four.outs, one.outs);
});
