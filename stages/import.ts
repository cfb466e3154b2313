/**
 * Takes weights as snapshots, which `features` and `probe` then measure.
 *
 * Deps: the weights, as a PyTorch state_dict (safetensors), or an ONNX model, of the stage `export` or with the constants of a
 * state_dict;  * state_dict; the data set that they were trained on; and, if there, `untrained`, the same network's weights before training.
 * Out: a folder of one or two snapshots.
 * @module
 */
import { z } from "zod";
import { channelStatistics, type Dataset, readDataset } from "../lib/datasets/dataset.ts";
import { modelParameter } from "../lib/nn/model_parameter.ts";
import { decodeOnnxModel, decodeOnnxVariables, isOnnxSnapshot } from "../lib/nn/onnx_model.ts";
import { checkTrainedOn, type Snapshot, snapshotName, writeSnapshot } from "../lib/nn/snapshot.ts";
import { type Network, readStateDict } from "../lib/nn/state_dict.ts";
import type { Variables } from "../lib/nn/variables.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

const parameters = z.strictObject({
  model: modelParameter.optional().meta({
    description: "Which network it is of, which a model of the stage export says itself",
  }),
  normalisation: z.strictObject({ mean: z.array(z.number()), deviation: z.array(z.number().positive()) }).optional()
    .meta({
      description: "What it was trained with, a number a channel, of pixels divided by 255; else the train set's own",
    }),
  epoch: z.int().min(0).optional().meta({ description: "How many epochs it was trained for; 1 unless given" }),
  variant: z.string().optional().meta({
    description: 'How its training differed from that of others, as "Adam": tells it from them in tables and figures',
  }),
  seed: z.int().min(0).optional().meta({ description: "Tells it from others in tables; 0 unless given" }),
});

/** Takes weights as snapshots. */
export default stage({
  parameters,
  deps: ["weights", "dataset"],
  optionalDeps: ["untrained"],
  outs: ["snapshots"],

  async run({ with: given, deps, outs }) {
    const dataset = await readDataset(deps.dataset);
    const snapshots = [await snapshotFrom(deps.weights, given, dataset)];
    if (deps.untrained !== undefined) {
      const untrained = await snapshotFrom(deps.untrained, given, dataset, 0);
      checkApart(snapshots[0]!, untrained, deps.untrained);
      snapshots.unshift(untrained);
    }
    await Deno.mkdir(outs.snapshots);
    for (const snapshot of snapshots) {
      await writeSnapshot(`${outs.snapshots}/${snapshotName(snapshot.epoch)}`, snapshot);
    }
  },
});

type Given = z.output<typeof parameters>;

/** @param epoch of weights that do not say it, in place of the one that was given */
async function snapshotFrom(path: string, given: Given, dataset: Dataset, epoch?: number): Promise<Snapshot> {
  const told = epoch === undefined ? given : { ...given, epoch };
  if (!path.endsWith(".onnx")) return await ofGiven(path, told, dataset, (network) => readStateDict(path, network));
  const bytes = await Deno.readFile(path);
  if (!isOnnxSnapshot(bytes, path)) {
    return await ofGiven(path, told, dataset, (network) => decodeOnnxVariables(bytes, path, network));
  }
  const [repeated] = Object.keys(given);
  if (repeated !== undefined) {
    throw new Error(`${path}: an ONNX model of the stage export says its ${repeated} itself; leave it away`);
  }
  const snapshot = decodeOnnxModel(bytes, path);
  checkTrainedOn(path, snapshot, dataset);
  return snapshot;
}

/** The weights before training, and those after it: of two epochs, and one network. */
function checkApart(trained: Snapshot, untrained: Snapshot, path: string): void {
  if (untrained.epoch > 0) {
    throw new Error(`${path}: after epoch ${untrained.epoch}, where the network before training is expected`);
  }
  if (trained.epoch === 0) throw new Error("`epoch` is 0, but `untrained` names other weights before training");
}

/** Weights that do not say what they are of. */
async function ofGiven(
  path: string,
  given: Given,
  dataset: Dataset,
  read: (network: Network) => Variables | Promise<Variables>,
): Promise<Snapshot> {
  const { model, normalisation = channelStatistics(dataset.train), epoch = 1, seed = 0, variant } = given;
  if (model === undefined) {
    throw new Error(`${path}: does not say which network it is of; give its \`model\``);
  }
  const network = { model, input: dataset.train.shape, classes: dataset.classes.length };
  const channels = network.input[2];
  if (normalisation.mean.length !== channels || normalisation.deviation.length !== channels) {
    throw new Error(
      `normalisation has ${normalisation.mean.length} means and ${normalisation.deviation.length} ` +
        `deviations, but images of ${dataset.name} have ${channels} channels`,
    );
  }
  const variables = await read(network);
  const training = variant === undefined ? {} : { variant };
  return { dataset: dataset.name, ...network, normalisation, seed, ...training, epoch, variables };
}
