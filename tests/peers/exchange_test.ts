import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { peers } from "../../bench/peers.ts";
import { channelStatistics, writeDataset } from "../../lib/datasets/dataset.ts";
import { readSafetensors, writeSafetensors } from "../../lib/formats/safetensors.ts";
import { readTable } from "../../lib/formats/table.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { forwardProgram } from "../../lib/nn/forward.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import { listSnapshots, modelOf, readSnapshot } from "../../lib/nn/snapshot.ts";
import { encodeStateDict, type Network } from "../../lib/nn/state_dict.ts";
import { initialVariables, type Variables } from "../../lib/nn/variables.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { readers } from "../../setup/python.ts";
import { isInstalled, pythonOf, type VirtualEnvironment } from "../../setup/virtual_environment.ts";
import exportStage from "../../stages/export.ts";
import importStage from "../../stages/import.ts";
import train from "../../stages/train.ts";
import { clusters } from "../nn/clusters.ts";

const dataset = clusters({ train: 300, test: 100 });

const isReadable = await isInstalled(readers);
if (!isReadable) {
  assert.ok(!Deno.env.has("CI"), "`deno task setup:python` was not run");
  console.log("Exported models are not opened in Python; get it by `deno task setup:python`");
}
// 5 GB, so not in continuous integration.
const hasTorch = await isInstalled(peers);
if (!hasTorch) console.log("Weights are not exchanged with PyTorch; get it by `deno task bench`");

async function python(environment: VirtualEnvironment, script: string, ...args: string[]): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(pythonOf(environment), { args: [path, ...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
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

const rest = {
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
  progress: () => {},
  signal: new AbortController().signal,
};

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

/** Logits on the test set, `[100, classes]`. */
async function logitsOf(network: Network, variables: Variables): Promise<Float32Array> {
  const program = forwardProgram(modelOf(network), channelStatistics(dataset.train), { layers: false });
  const executable = await onnxRuntime.compile(program, { batch: 50 });
  const order = Int32Array.from({ length: 100 }, (_, index) => index);
  const { rows } = await executable.run({ examples: { ...examplesOf(dataset.test) }, order, constants: variables });
  await executable.dispose();
  return rows.logits!.data as Float32Array;
}

/** The test set as PyTorch takes it: normalised, channels first. */
function normalisedImages(): { shape: number[]; data: Float32Array } {
  const { images, shape: [height, width, channels], count } = dataset.test;
  const { mean, deviation } = channelStatistics(dataset.train);
  const data = new Float32Array(images.length);
  images.forEach((pixel, index) => {
    const [channel, place] = [index % channels, Math.floor(index / channels) % (height * width)];
    const image = Math.floor(index / (height * width * channels));
    data[(image * channels + channel) * height * width + place] = (pixel / 255 - mean[channel]!) / deviation[channel]!;
  });
  return { shape: [count, channels, height, width], data };
}

async function storedLogits(path: string): Promise<Float32Array> {
  return (await readSafetensors(path)).tensors.logits!.data as Float32Array;
}

function assertNear(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  found.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) <= 1e-5 * Math.max(1, Math.abs(value)), `${value} ${expected[index]}`);
  });
}

for (const parameters of [{ kind: "mlp", depth: 3, width: 20 }, { kind: "resnet18", width: 8 }]) {
  Deno.test({
    name:
      `PyTorch gives our logits for weights that we export, and we its own for weights that we import: ${parameters.kind}`,
    ignore: !hasTorch,
    fn: () =>
      inFolder(async (folder) => {
        const model = modelParameter.parse(parameters);
        const network = { model, input: dataset.train.shape, classes: dataset.classes.length };
        const variables = initialVariables(modelOf(network), 2);
        await Deno.writeFile(`${folder}/ours.safetensors`, encodeStateDict(network, variables));
        const images = { dtype: "F32", ...normalisedImages() } as const;
        await writeSafetensors(`${folder}/images.safetensors`, { tensors: { images }, metadata: {} });
        await python(peers, "torch_peer.py", parameters.kind, folder);
        assertNear(await storedLogits(`${folder}/logits.safetensors`), await logitsOf(network, variables));

        const hasOnnx = existsSync(`${folder}/theirs.onnx`);
        if (!hasOnnx) console.log("PyTorch's own ONNX is not imported; install the package onnx beside it");
        for (const ending of ["safetensors", ...hasOnnx ? ["onnx"] : []]) {
          const deps = { weights: `${folder}/theirs.${ending}`, dataset: `${folder}/dataset` };
          const outs = { snapshots: `${folder}/snapshots-${ending}` };
          await importStage.run({ with: importStage.parameters.parse({ model: parameters }), deps, outs, ...rest });
          const [only] = await listSnapshots(outs.snapshots);
          const imported = await readSnapshot(only!.path);
          assertNear(
            await storedLogits(`${folder}/theirs_logits.safetensors`),
            await logitsOf(network, imported.variables),
          );
        }
      }),
  });
}
