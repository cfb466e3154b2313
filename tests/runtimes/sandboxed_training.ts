import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { readTable } from "../../lib/formats/table.ts";
import { clusters } from "../nn/clusters.ts";

/** The output of a `repro` of a project that trains a small network by a runtime, and the project's lock after it. */
export interface SandboxedTraining {
  /** Whether it succeeded. */
  readonly success: boolean;
  /** What it wrote to the standard error. */
  readonly stderr: string;
  /** The lock's text; empty where nothing was finished. */
  readonly lock: string;
  /** Losses on the train set, an epoch each. */
  readonly losses: readonly number[];
}

/** Trains by a stage in its sandbox, through the real command line. */
export async function trainInSandbox(runtime: string): Promise<SandboxedTraining> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(join(folder, "dataset"), clusters());
    const text = `stages:
      train:
        run: ${relative(folder, fileURLToPath(import.meta.resolve("../../stages/train.ts")))}
        with:
          model: { kind: mlp, depth: 2, width: 8, batchNorm: true }
          optimizer: { lr: 0.02 }
          epochs: 2
          batch: 50
          runtime: ${runtime}
        deps: { dataset: dataset }
        outs: { snapshots: snapshots, history: history.csv }`;
    await Deno.writeTextFile(join(folder, "pipeline.yaml"), text);
    const cli = fileURLToPath(import.meta.resolve("../../lib/pipeline/cli.ts"));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", cli, "repro", "--file", join(folder, "pipeline.yaml")],
      env: { NO_COLOR: "1" },
    }).output();
    const rows = success ? await readTable(join(folder, "history.csv")) : [];
    return {
      success,
      stderr: new TextDecoder().decode(stderr),
      lock: success ? await Deno.readTextFile(join(folder, "pipeline.lock")) : "",
      losses: rows.slice(1).map(({ train_loss }) => Number(train_loss)),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The lock of such a training that succeeded, and learnt. */
export async function lockOfTraining(runtime: string): Promise<string> {
  const { success, stderr, lock, losses: [first, second] } = await trainInSandbox(runtime);
  assert.ok(success, stderr);
  assert.ok(second! < first!);
  return lock;
}
