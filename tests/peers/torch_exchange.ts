/**
 * Weights that go to PyTorch and come from it, by `torch_peer.py`: what is handed over, and what has to come of it.
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { readSafetensors, writeSafetensors } from "../../lib/formats/safetensors.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { forwardProgram } from "../../lib/nn/forward.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import { listSnapshots, modelOf, readSnapshot } from "../../lib/nn/snapshot.ts";
import { encodeStateDict, type Network } from "../../lib/nn/state_dict.ts";
import { initialVariables, type Variables } from "../../lib/nn/variables.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import importStage from "../../stages/import.ts";
import { clusters } from "../nn/clusters.ts";

/** What the networks see. */
export const dataset = clusters({ train: 300, test: 100 });

/** A network as a pipeline file writes it. */
export type ExchangedModel = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Networks so narrow that PyTorch's weights and answers are kept in the repository. */
export const exchanged: readonly ExchangedModel[] = [
  { kind: "mlp", depth: 3, width: 20 },
  { kind: "resnet18", width: 2 },
];

/** What a stage gets besides its values, deps and outs. */
export const rest = {
  resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
  progress: () => {},
  signal: new AbortController().signal,
};

/** Writes what PyTorch is to be given: our weights, and the test set as it takes it. */
export async function handOver(parameters: ExchangedModel, folder: string): Promise<void> {
  const network = networkOf(parameters);
  await Deno.writeFile(`${folder}/ours.safetensors`, encodeStateDict(network, variablesOf(network)));
  const images = { dtype: "F32", ...normalisedImages() } as const;
  await writeSafetensors(`${folder}/images.safetensors`, { tensors: { images }, metadata: {} });
}

/** The SHA-256 of each file that was handed over. */
export async function digestsOf(folder: string): Promise<Record<string, string>> {
  const names = ["ours.safetensors", "images.safetensors"];
  const digests = names.map(async (name) => {
    return [name, createHash("sha256").update(await Deno.readFile(`${folder}/${name}`)).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

/** Asserts that PyTorch's logits for our weights are ours. */
export async function assertExported(parameters: ExchangedModel, folder: string): Promise<void> {
  const network = networkOf(parameters);
  assertNear(await storedLogits(`${folder}/logits.safetensors`), await logitsOf(network, variablesOf(network)));
}

/** Asserts that our logits for PyTorch's weights are PyTorch's. */
export async function assertImported(
  parameters: ExchangedModel,
  folder: string,
  datasetFolder: string,
  weights: string,
): Promise<void> {
  const outs = await Deno.makeTempDir();
  try {
    const deps = { weights: `${folder}/${weights}`, dataset: datasetFolder };
    const chosen = importStage.parameters.parse({ model: parameters });
    await importStage.run({ with: chosen, deps, outs: { snapshots: `${outs}/snapshots` }, ...rest });
    const [only] = await listSnapshots(`${outs}/snapshots`);
    const imported = await readSnapshot(only!.path);
    assertNear(
      await storedLogits(`${folder}/theirs_logits.safetensors`),
      await logitsOf(networkOf(parameters), imported.variables),
    );
  } finally {
    await Deno.remove(outs, { recursive: true });
  }
}

function networkOf(parameters: ExchangedModel): Network {
  return { model: modelParameter.parse(parameters), input: dataset.train.shape, classes: dataset.classes.length };
}

function variablesOf(network: Network): Variables {
  return initialVariables(modelOf(network), 2);
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
