import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { peers } from "../../bench/peers.ts";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { readTable } from "../../lib/formats/table.ts";
import { readers } from "../../setup/python.ts";
import { isInstalled } from "../../setup/virtual_environment.ts";
import exportStage from "../../stages/export.ts";
import train from "../../stages/train.ts";
import { python } from "./python.ts";
import { assertExported, assertImported, dataset, digestsOf, exchanged, handOver, rest } from "./torch_exchange.ts";

const isReadable = await isInstalled(readers);
if (!isReadable) {
  assert.ok(!Deno.env.has("CI"), "`deno task setup:python` was not run");
  console.log("Exported models are not opened in Python; get it by `deno task setup:python`");
}
// 5 GB, so not in continuous integration.
const hasTorch = await isInstalled(peers);
if (!hasTorch) {
  console.log("Weights are exchanged with a PyTorch whose answers are kept alone; get it by `deno task bench`");
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(`${folder}/dataset`, dataset);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const model of [{ kind: "mlp", depth: 2, width: 8 }, { kind: "resnet18", width: 2 }]) {
  Deno.test({
    name: `onnxruntime in Python opens an exported ${model.kind} and has the accuracy of its training`,
    ignore: !isReadable,
    fn: () =>
      inFolder(async (folder) => {
        const outs = { snapshots: `${folder}/snapshots`, history: `${folder}/history.csv` };
        const parameters = { model, optimizer: { lr: 0.02 }, epochs: 2, batch: 32 };
        await Deno.mkdir(`${folder}/state`);
        const context = { deps: { dataset: `${folder}/dataset` }, outs, state: `${folder}/state`, ...rest };
        await train.run({ with: train.parameters.parse({ ...parameters, runtime: "onnx" }), ...context });
        const chosen = exportStage.parameters.parse({ format: "onnx" });
        await exportStage.run({ with: chosen, deps: outs, outs: { model: `${folder}/model.onnx` }, ...rest });
        const accuracy = Number(await python(readers, "onnx_reader.py", `${folder}/model.onnx`, `${folder}/dataset`));
        assert.equal(accuracy, (await readTable(outs.history)).at(-1)!.test_accuracy);
      }),
  });
}

for (const parameters of [{ kind: "mlp", depth: 3, width: 20 }, { kind: "resnet18", width: 8 }]) {
  Deno.test({
    name:
      `PyTorch gives our logits for weights that we export, and we its own for weights that we import: ${parameters.kind}`,
    ignore: !hasTorch,
    fn: () =>
      inFolder(async (folder) => {
        await handOver(parameters, folder);
        await python(peers, "torch_peer.py", parameters.kind, folder);
        await assertExported(parameters, folder);
        const hasOnnx = existsSync(`${folder}/theirs.onnx`);
        if (!hasOnnx) console.log("PyTorch's own ONNX is not imported; install the package onnx beside it");
        for (const ending of ["safetensors", ...hasOnnx ? ["onnx"] : []]) {
          await assertImported(parameters, folder, `${folder}/dataset`, `theirs.${ending}`);
        }
      }),
  });
}

for (const parameters of exchanged) {
  const folder = fileURLToPath(new URL(`torch_exchange/${parameters.kind}`, import.meta.url));
  Deno.test(`the same, of a PyTorch whose answers are kept: ${parameters.kind}`, () =>
    inFolder(async (own) => {
      await handOver(parameters, own);
      const asked = JSON.parse(await Deno.readTextFile(`${folder}/asked.json`));
      assert.deepEqual(
        await digestsOf(own),
        asked.sha256,
        "PyTorch was asked of other weights or images; ask it anew by `deno run -A tests/peers/torch_writer.ts`",
      );
      await assertExported(parameters, folder);
      await assertImported(parameters, folder, `${own}/dataset`, "theirs.safetensors");
    }));
}
