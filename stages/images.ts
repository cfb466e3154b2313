/**
 * Takes a folder of one's own images as a data set.
 *
 * Dep: the folder, of images in a folder a class, or of arrays (npz or safetensors), for `train` and `test`. Out: a folder of
 * images and labels (safetensors), as `fetch` leaves it.
 * @module
 */
import { z } from "zod";
import { describeClasses } from "../lib/datasets/class_counts.ts";
import { writeDataset } from "../lib/datasets/dataset.ts";
import { readOwnImages } from "../lib/datasets/own_images.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

/** Takes a folder of one's own images as a data set. */
export default stage({
  parameters: z.strictObject({
    dataset: z.string().min(1).meta({ description: "What to call it in tables" }),
    classes: z.array(z.string().min(1)).min(2).max(256).optional().meta({
      description: "The classes' names, by label, where arrays have none; else their numbers",
    }),
  }),
  deps: ["images"],
  outs: ["dataset"],
  async run({ with: { dataset: name, classes }, deps, outs, progress, signal }) {
    const dataset = await readOwnImages(deps.images, {
      name,
      classes,
      progress: (done, total) => progress({ done, total, unit: "image" }),
      signal,
    });
    for (const line of describeClasses(dataset)) console.log(line);
    await writeDataset(outs.dataset, dataset);
  },
});
