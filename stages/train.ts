/**
 * Trains a network and keeps snapshots of it.
 *
 * Dep: the folder of a data set. Outs: a folder of snapshots, and the history of losses and accuracies (CSV).
 * It resumes: after a kill, with more epochs, snapshots after other epochs or later drops of the learning rate, it goes on at
 * the last checkpoint up to which the training is the same, to the bytes of a training from the beginning.
 * @module
 */
import { z } from "zod";
import { channelStatistics, readDataset } from "../lib/datasets/dataset.ts";
import { type Row, writeTable } from "../lib/formats/table.ts";
import { augmentationParameter } from "../lib/nn/augmentation.ts";
import { earlyStopParameter } from "../lib/nn/early_stop.ts";
import { checkMemory, estimateDisk, estimateMemory, formatBytes, memoryText } from "../lib/nn/estimate.ts";
import { examplesOf } from "../lib/nn/evaluation.ts";
import { evaluatedHistory, type History, historyColumns } from "../lib/nn/history.ts";
import { identityColumns, identityOf } from "../lib/nn/identity.ts";
import { labelNoiseParameter, withLabelNoise } from "../lib/nn/label_noise.ts";
import { lossParameter } from "../lib/nn/loss.ts";
import { modelParameter } from "../lib/nn/model_parameter.ts";
import { optimizerParameter } from "../lib/nn/sgd.ts";
import { reachedEpochs, resumableTraining } from "../lib/nn/resumable_training.ts";
import { modelOf, snapshotName, writeSnapshot } from "../lib/nn/snapshot.ts";
import { snapshotEpochs, snapshotsParameter } from "../lib/nn/snapshot_epochs.ts";
import { continuedAcross, trainingStateOptions } from "../lib/nn/continuation.ts";
import { TrainingState } from "../lib/nn/training_state.ts";
import { trainingVariant } from "../lib/nn/variant.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";
import { runtimeParameter } from "../lib/runtimes/parameter.ts";
import { trainingRuntime } from "../lib/runtimes/registry.ts";
import { threadsOf } from "../lib/runtimes/threads.ts";

/** Trains a network and keeps snapshots of it. */
export default stage({
  parameters: z.strictObject({
    model: modelParameter,
    loss: lossParameter,
    optimizer: optimizerParameter,
    labelNoise: labelNoiseParameter.nullable().default(null).meta({
      description: "Replaces some labels of the train set",
    }),
    augmentation: augmentationParameter.nullable().default(null).meta({
      description: "Shifts and mirrors train images at random",
    }),
    batch: z.int().min(1).default(128).meta({ description: "Examples a step" }),
    epochs: z.int().min(1).meta({ description: "Passes through the train set" }),
    earlyStop: earlyStopParameter.nullable().default(null).meta({
      description: "Ends when the train set is interpolated",
    }),
    seed: z.int().min(0).default(0).meta({
      description: "Decides the initial weights, the order of examples and their augmentation",
    }),
    snapshots: snapshotsParameter.prefault({ every: 1 }),
    evaluateEvery: z.int().min(1).default(1).meta({ description: "Epochs between evaluations on the whole sets" }),
    runtime: runtimeParameter,
  }),
  deps: ["dataset"],
  outs: ["snapshots", "history"],
  // Its state tells by itself how far earlier trainings are the same.
  resumes: {
    across: continuedAcross,
  },

  async run({ with: parameters, deps, outs, state: folder, resources, progress, signal }) {
    const { model: modelParameters, labelNoise, optimizer, epochs, seed, snapshots, evaluateEvery } = parameters;
    const dataset = withLabelNoise(await readDataset(deps.dataset), labelNoise);
    const normalisation = channelStatistics(dataset.train);
    const network = { model: modelParameters, input: dataset.train.shape, classes: dataset.classes.length };
    const [model, train, test] = [modelOf(network), examplesOf(dataset.train), examplesOf(dataset.test)];
    const variant = trainingVariant(parameters);
    const training = { ...(labelNoise === null ? {} : { labelNoise }), ...(variant === "" ? {} : { variant }) };
    const kept = snapshotEpochs(snapshots, epochs, optimizer.drops);

    const runtime = await trainingRuntime(parameters.runtime);
    const memory = await estimateMemory({ ...parameters, model, normalisation, train, test, runtime });
    const disk = formatBytes(estimateDisk(model, kept.length));
    console.log(`${kept.length} snapshots, up to ${disk} with their checkpoints; about ${memoryText(memory)}`);
    checkMemory(memory, resources);

    const examples = { digest: dataset.digest, count: dataset.train.count };
    const state = await TrainingState.open(folder, trainingStateOptions(parameters, model, examples));
    for (const problem of state.problems) console.warn(`does without a checkpoint: ${problem}`);

    const threads = threadsOf(resources.cpus);
    const settings = { ...parameters, model, normalisation, train, test, runtime, threads, state, kept, signal };
    for await (const row of resumableTraining(settings)) {
      progress({ done: row.epoch, total: epochs, unit: "epoch", values: shown(row) });
    }

    await Deno.mkdir(outs.snapshots);
    const reached = await reachedEpochs(settings);
    for (const epoch of reached) {
      const { checkpoint: { variables } } = await state.read(epoch);
      const snapshot = { dataset: dataset.name, ...network, normalisation, seed, ...training, epoch, variables };
      await writeSnapshot(`${outs.snapshots}/${snapshotName(epoch)}`, snapshot);
    }
    const identity = identityOf({ dataset: dataset.name, ...network, seed, ...training });
    const { history } = await state.read(reached.at(-1)!);
    const table: Row[] = evaluatedHistory(history, { every: evaluateEvery, epochs }).map((row) => ({
      ...identity,
      ...row,
    }));
    await writeTable(outs.history, [...identityColumns, ...historyColumns], table);
    await state.leave();
  },
});

/** The newest numbers worth seeing. */
function shown({ train_loss, train_accuracy, test_accuracy }: History): Record<string, number> {
  const values = { loss: train_loss, train: train_accuracy, test: test_accuracy };
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => value === null ? [] : [[name, value]]));
}
