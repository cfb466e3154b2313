/**
 * Gets a dataset, verified and in canonical order.
 *
 * Out: a folder of images and labels (safetensors). The environment variable `DATASET_MIRROR` may name a folder or an http
 * address of more sources.
 * @module
 */
import { z } from "zod";
import { catalogue, type DatasetName, datasetNames } from "../lib/datasets/catalogue.ts";
import { writeDataset } from "../lib/datasets/dataset.ts";
import { provideDataset } from "../lib/datasets/provision.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

const parameters = z.strictObject({
  dataset: z.enum(datasetNames as [DatasetName, ...DatasetName[]]).meta({ description: "Which dataset to get" }),
});

/** Gets a dataset from the first of its sources that can be had, verified and in canonical order. */
export default stage({
  parameters,
  deps: [],
  outs: ["dataset"],
  async run({ with: { dataset: name }, outs, progress, signal }) {
    const passedOver: string[] = [];
    const dataset = await provideDataset(catalogue[name], {
      mirror: mirror(),
      signal,
      progress: (bytes, total) => progress({ done: megabytes(bytes), total: megabytes(total), unit: "MB" }),
      passedOver: (reason) => passedOver.push(reason),
    });
    for (const reason of passedOver) console.log(`Passed over a source of ${name}: ${reason}`);
    await writeDataset(outs.dataset, dataset);
  },
});

function mirror(): string | undefined {
  const allowed = Deno.permissions.querySync({ name: "env", variable: "DATASET_MIRROR" }).state === "granted";
  return allowed ? Deno.env.get("DATASET_MIRROR") || undefined : undefined;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
