import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { clusters } from "../nn/clusters.ts";

const script = fileURLToPath(import.meta.resolve("../../inspect/graph.ts"));

/** Runs the command in a folder whose pipeline trains a small network. */
async function graph(folder: string, ...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  const module = relative(folder, fileURLToPath(import.meta.resolve("../../stages/train.ts")));
  const text = `stages:
      train:
        matrix: { depth: [1, 2] }
        run: ${module}
        with:
          model: { kind: mlp, depth: "\${item.depth}", width: 8, batchNorm: true }
          optimizer: { lr: 0.02 }
          epochs: 2
          batch: 50
        deps: { dataset: dataset }
        outs: { snapshots: "snapshots-\${item.depth}", history: "history-\${item.depth}.csv" }`;
  await Deno.writeTextFile(join(folder, "pipeline.yaml"), text);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out!, errors: errors! };
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("deno task graph prints a stage's step before and after the passes, and counts its operations", () =>
  inFolder(async (folder) => {
    await writeDataset(join(folder, "dataset"), clusters());
    const { code, out, errors } = await graph(folder, "train@2");
    assert.equal(code, 0, errors);
    const [traced, optimised] = out.split("After the passes for ONNX Runtime:\n");
    assert.match(traced!, /^As traced:\n\ngraph training, batch 50\n {2}%0 = example images uint8\[50,/);
    assert.match(optimised!, /^\ngraph training, batch 50\n/);
    // Three products forward, three gradients of weights and two of features.
    assert.match(out, /^After the passes: \d+ operations: .*\bmatMul 8\b/m);
    assert.match(out, /^ONNX: \d+ operations: .*\bGemm 8\b.*\bLoop 1\b/m);
    assert.match(out, /^StableHLO: \d+ operations: .*\bstablehlo\.dot_general 8\b.*\bstablehlo\.while 1\b/m);
    const [before, after] = ["Traced", "After the passes"].map((name) =>
      Number(new RegExp(`^${name}: (\\d+) `, "m").exec(out)![1])
    );
    assert.ok(after! < before!, `${after} of ${before}`);
    const counts = await graph(folder, "--counts", "train@2");
    assert.equal(counts.out, out.slice(out.indexOf("Traced: ")));
  }));

Deno.test("deno task graph says what it needs where it has it not", () =>
  inFolder(async (folder) => {
    const unknown = await graph(folder, "trian@2");
    assert.equal(unknown.code, 1);
    assert.match(unknown.errors, /^No stage trian@2 in pipeline\.yaml .*train@2.*; those that do: train@1, train@2\n$/);
    const without = await graph(folder, "train@2");
    assert.match(
      without.errors,
      /\/dataset is not there, which train@2 learns from; bring it up to date first: deno task fetch\n$/,
    );
    assert.match((await graph(folder)).errors, /^deno task graph \[--file FILE\]/);
  }));
