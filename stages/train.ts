/**
 * Trains a network and keeps snapshots of it.
 *
 * Dep: the folder of a data set. Outs: a folder of snapshots, and the history of losses and accuracies (CSV).
 * It resumes: after a kill the next run goes on at the last checkpoint, to the same bytes.
 * @module
 */
import { z } from "zod";
import { channelStatistics, readDataset } from "../lib/datasets/dataset.ts";
import { type Row, writeTable } from "../lib/formats/table.ts";
import { augmentationParameter } from "../lib/nn/augmentation.ts";
import { earlyStopParameter, hasInterpolated } from "../lib/nn/early_stop.ts";
import { estimateTraining, formatBytes } from "../lib/nn/estimate.ts";
import { examplesOf } from "../lib/nn/evaluation.ts";
import { type History, historyColumns } from "../lib/nn/history.ts";
import { identityColumns, identityOf } from "../lib/nn/identity.ts";
import { labelNoiseParameter, withLabelNoise } from "../lib/nn/label_noise.ts";
import { lossParameter } from "../lib/nn/loss.ts";
import { modelParameter } from "../lib/nn/model_parameter.ts";
import { optimizerParameter } from "../lib/nn/sgd.ts";
import { modelOf } from "../lib/nn/snapshot.ts";
import { snapshotEpochs, snapshotsParameter } from "../lib/nn/snapshot_epochs.ts";
import { training } from "../lib/nn/training.ts";
import { TrainingState } from "../lib/nn/training_state.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";
import { runtimeParameter } from "../lib/runtimes/parameter.ts";
import { runtimeByName } from "../lib/runtimes/registry.ts";

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
  resumes: true,

  async run({ with: parameters, deps, outs, state: folder, resources, progress, signal }) {
    const { model: modelParameters, optimizer, labelNoise, batch, epochs, earlyStop, seed, snapshots } = parameters;
    const dataset = withLabelNoise(await readDataset(deps.dataset), labelNoise);
    const normalisation = channelStatistics(dataset.train);
    const network = { model: modelParameters, input: dataset.train.shape, classes: dataset.classes.length };
    const [model, train, test] = [modelOf(network), examplesOf(dataset.train), examplesOf(dataset.test)];
    const noise = labelNoise === null ? {} : { labelNoise };
    const kept = snapshotEpochs(snapshots, epochs, optimizer.drops);

    const { disk, memory } = estimateTraining(model, { batch, snapshots: kept.length, train, test });
    console.log(`${kept.length} snapshots, ${formatBytes(disk)}; about ${formatBytes(memory)} of memory`);
    if (resources.memory > 0 && memory > resources.memory) {
      throw new Error(
        `Training needs about ${formatBytes(memory)} of memory, but resources.memory grants ` +
          `${formatBytes(resources.memory)}; grant more, or take a smaller model or batch`,
      );
    }

    const state = await TrainingState.open(folder, model, JSON.stringify({ dataset: dataset.digest, ...parameters }));
    if (state.problem !== undefined) console.warn(`trains anew, since its checkpoint is of no use: ${state.problem}`);
    const { start } = state;
    if (start !== undefined) console.log(`resumes after epoch ${start.epoch}`);

    const runtime = await runtimeByName(parameters.runtime);
    const settings = { ...parameters, model, normalisation, train, test };
    const from = start === undefined ? {} : { start };
    const isOver = () => earlyStop !== null && hasInterpolated(state.history, earlyStop);
    const reachable = isOver() ? [] : training({ ...settings, ...from, runtime, threads: resources.cpus });
    for await (const reached of reachable) {
      const { epoch, variables, history } = reached;
      state.history.push(history);
      const isLast = isOver();
      const isKept = isLast || kept.includes(epoch);
      if (isKept) {
        await state.keep({ dataset: dataset.name, ...network, normalisation, seed, ...noise, epoch, variables });
      }
      // A runtime may hold the event loop for a whole epoch: only now is a signal heard.
      await new Promise((proceed) => setTimeout(proceed));
      const isAsked = signal.aborted;
      // When a checkpoint is made depends on the clock; what it leads to does not.
      if (isKept || isAsked || state.isDue()) await state.save(reached);
      progress({ done: epoch, total: epochs, unit: "epoch", values: shown(history) });
      if (isAsked) {
        console.log(`keeps a checkpoint after epoch ${epoch}`);
        throw signal.reason;
      }
      if (!isLast) continue;
      console.log(`stops after epoch ${epoch}, which interpolates the train set`);
      break;
    }
    await state.deliver(outs.snapshots);
    const identity = identityOf({ dataset: dataset.name, model: modelParameters, seed });
    const table: Row[] = state.history.map((row) => ({ ...identity, ...row }));
    await writeTable(outs.history, [...identityColumns, ...historyColumns], table);
  },
});

/** The newest numbers worth seeing. */
function shown({ train_loss, train_accuracy, test_accuracy }: History): Record<string, number> {
  const values = { loss: train_loss, train: train_accuracy, test: test_accuracy };
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => value === null ? [] : [[name, value]]));
}
