/**
 * What a benchmark trains on, and how it is handed to PyTorch.
 *
 * @module
 */
import { type StoredTensor, writeSafetensors } from "../../lib/formats/safetensors.ts";
import type { Model } from "../../lib/nn/model.ts";
import { Random } from "../../lib/nn/random.ts";
import type { RunInputs } from "../../lib/runtimes/program.ts";

/** Images that there are at most, so that handing them to the device is little beside the steps. */
const most = 12_800;

/** Random images and labels, and an order of visit for that many steps. */
export function examplesOf(
  image: readonly number[],
  classes: number,
  batch: number,
  steps: number,
): Pick<RunInputs, "examples" | "order"> {
  const random = new Random(0, "benchmark");
  const count = Math.min(most, batch * steps);
  const pixels = image.reduce((size, extent) => size * extent, 1);
  const images = Uint8Array.from({ length: count * pixels }, () => random.integer(256));
  const labels = Int32Array.from({ length: count }, () => random.integer(classes));
  const permutation = random.permutation(count);
  const order = Int32Array.from({ length: batch * steps }, (_, index) => permutation[index % count]!);
  return { examples: { images, labels }, order };
}

/** A safetensors file of the examples, their order and the initial parameters, removed in the end. */
export async function writeTask(
  model: Model,
  { examples, order }: RunInputs,
  variables: Readonly<Record<string, Float32Array>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const labels = examples.labels as Int32Array;
  const parameters = Object.entries(model.parameters).map(([name, { shape }]): [string, StoredTensor] => {
    return [`parameters/${name}`, { dtype: "F32", shape, data: variables[`parameters/${name}`]! }];
  });
  const tensors: Record<string, StoredTensor> = {
    images: { dtype: "U8", shape: [labels.length, ...model.input], data: examples.images as Uint8Array },
    labels: { dtype: "I32", shape: [labels.length], data: labels },
    order: { dtype: "I32", shape: [order.length], data: order },
    ...Object.fromEntries(parameters),
  };
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await writeSafetensors(path, { tensors, metadata: {} });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}
