/**
 * Takes weights from PyTorch as a snapshot, which `features` and `probe` then measure.
 *
 * Deps: a state_dict (safetensors), and the data set that it was trained on. Out: a folder with one snapshot.
 * @module
 */
import { z } from "zod";
import { channelStatistics, readDataset } from "../lib/datasets/dataset.ts";
import { modelParameter } from "../lib/nn/model_parameter.ts";
import { snapshotName, writeSnapshot } from "../lib/nn/snapshot.ts";
import { readStateDict } from "../lib/nn/state_dict.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

/** Takes weights from PyTorch as a snapshot. */
export default stage({
  parameters: z.strictObject({
    model: modelParameter,
    normalisation: z.strictObject({ mean: z.array(z.number()), deviation: z.array(z.number().positive()) }).optional()
      .meta({
        description: "What it was trained with, a number a channel, of pixels divided by 255; else the train set's own",
      }),
    epoch: z.int().min(0).default(1).meta({ description: "How many epochs it was trained for" }),
    seed: z.int().min(0).default(0).meta({ description: "Tells it from others in tables" }),
  }),
  deps: ["weights", "dataset"],
  outs: ["snapshots"],

  async run({ with: { model, normalisation: given, epoch, seed }, deps, outs }) {
    const dataset = await readDataset(deps.dataset);
    const network = { model, input: dataset.train.shape, classes: dataset.classes.length };
    const normalisation = given ?? channelStatistics(dataset.train);
    const channels = network.input[2];
    if (normalisation.mean.length !== channels || normalisation.deviation.length !== channels) {
      throw new Error(
        `normalisation has ${normalisation.mean.length} means and ${normalisation.deviation.length} ` +
          `deviations, but images of ${dataset.name} have ${channels} channels`,
      );
    }
    const variables = await readStateDict(deps.weights, network);
    await Deno.mkdir(outs.snapshots);
    const snapshot = { dataset: dataset.name, ...network, normalisation, seed, epoch, variables };
    await writeSnapshot(`${outs.snapshots}/${snapshotName(epoch)}`, snapshot);
  },
});
