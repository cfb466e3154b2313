/**
 * Measures the features of every layer at every snapshot.
 *
 * Deps: the folder of a data set, and one of snapshots. Outs: the statistics of all layers, snapshots and both sets
 * (safetensors); and, where `save` names layers, a folder of their features.
 * @module
 */
import { z } from "zod";
import { widestRanked } from "../lib/collapse/effective_rank.ts";
import { Embeddings } from "../lib/collapse/embeddings.ts";
import { LayerMeasurement } from "../lib/collapse/measurement.ts";
import type { MeasuredNetwork } from "../lib/collapse/measurement_program.ts";
import { type Form, formParameter, pooledLayers } from "../lib/collapse/pooled_layers.ts";
import { type LayerStatistics, writeStatistics } from "../lib/collapse/statistics.ts";
import { readDataset } from "../lib/datasets/dataset.ts";
import { formatBytes } from "../lib/nn/estimate.ts";
import { samplesParameter } from "../lib/nn/class_sample.ts";
import { classifierWeights } from "../lib/nn/classifier.ts";
import { chosenSnapshots, epochsParameter } from "../lib/nn/epochs.ts";
import { identityOf } from "../lib/nn/identity.ts";
import { labelsParameter, withLabelNoise } from "../lib/nn/label_noise.ts";
import { type LayerPoint, layersParameter } from "../lib/nn/layer_point.ts";
import {
  evaluatedNetwork,
  type MeasuredAugmentation,
  measuredAugmentationParameter,
  type MeasuredExamples,
  measuredSets,
} from "../lib/nn/measured_sets.ts";
import type { Model } from "../lib/nn/model.ts";
import {
  checkTrainedOn,
  listSnapshots,
  modelOf,
  readSnapshot,
  type Snapshot,
  snapshotName,
} from "../lib/nn/snapshot.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";
import { runtimeParameter } from "../lib/runtimes/parameter.ts";
import { measuringRuntime } from "../lib/runtimes/registry.ts";
import { threadsOf } from "../lib/runtimes/threads.ts";

/** Bytes of one snapshot's features that are saved, at most, where no memory is granted. */
const savedBytes = 2 ** 32;

/** A layer after an epoch, whose features are saved. */
interface SavedLayer {
  readonly epoch: number;
  readonly layer: number;
}

/** Class statistics, nearest-class-centre counts and, on request, the features of every layer and snapshot. */
export default stage({
  parameters: z.strictObject({
    save: z.array(z.strictObject({ epoch: z.int().min(0), layer: z.int().min(1) })).default([]).meta({
      description: "Layers and epochs whose features are written to the out `embeddings`",
    }),
    ranks: epochsParameter.nullable().meta({
      description:
        `Which snapshots' features have their effective rank measured, of layers of at most ${widestRanked} features: ` +
        "the last, all, or those after these epochs; null for none",
    }),
    layers: layersParameter,
    form: formParameter,
    augmentation: measuredAugmentationParameter,
    labels: labelsParameter,
    samples: samplesParameter,
    batch: z.int().min(1).default(125).meta({
      description: "Images a step, at most: wide layers take fewer. Beyond 128, onnx keeps to one thread",
    }),
    runtime: runtimeParameter,
  }),
  deps: ["dataset", "snapshots"],
  outs: ["statistics"],
  optionalOuts: ["embeddings"],

  async run({ with: parameters, deps, outs, resources, progress, signal }) {
    const { save, ranks, layers: point, form, augmentation, labels, samples, batch, runtime } = parameters;
    const folder = outs.embeddings;
    if ((folder === undefined) !== (save.length === 0)) {
      throw new Error("The out `embeddings` and the parameter `save` go together: give both, or neither");
    }
    const paths = await listSnapshots(deps.snapshots);
    const first = await readSnapshot(paths[0]!.path);
    const noise = labels === "trained" ? first.labelNoise ?? null : null;
    const dataset = withLabelNoise(await readDataset(deps.dataset), noise);
    const examples = measuredSets(dataset, samples, augmentation);
    const model = modelOf(first);
    checkTrainedOn(paths[0]!.path, first, dataset);
    const identity = identityOf(first);
    const ranked = ranks === null ? [] : chosenSnapshots(
      paths,
      ranks,
      paths.at(-1)!.epoch,
      "measure effective ranks of: ranks names one without a snapshot",
    );
    const network = measuredNetwork(model, first, { point, form, augmentation });
    checkSaved(save, network, paths.map(({ epoch }) => epoch));
    checkRoom(save, network, examples, resources.memory > 0 ? resources.memory / 2 : savedBytes);
    const measurement = new LayerMeasurement(network, {
      runtime: await measuringRuntime(runtime),
      threads: threadsOf(resources.cpus),
      batch,
      ...(resources.memory > 0 ? { room: resources.memory / 4 } : {}),
    });
    if (folder !== undefined) await Deno.mkdir(folder);

    const rows: LayerStatistics[] = [];
    progress({ done: 0, total: paths.length, unit: "snapshot" });
    try {
      for (const [index, listed] of paths.entries()) {
        const { epoch, path } = listed;
        const snapshot = await readSnapshot(path);
        const origin = ({ variables: _, epoch: __, ...rest }: Snapshot) => JSON.stringify(rest);
        if (origin(snapshot) !== origin(first)) {
          throw new Error(`${path}: of another network than the first snapshot`);
        }
        const wanted = save.filter((layer) => layer.epoch === epoch).map(({ layer }) => layer);
        const embeddings = new Embeddings(
          network,
          { train: examples.train.labels, test: examples.test.labels },
          wanted,
        );
        const measured = await measurement.measure({
          sets: {
            train: { examples: { ...examples.train }, constants: snapshot.variables },
            test: { examples: { ...examples.test }, constants: snapshot.variables },
          },
          // The classifier takes features after the nonlinearity; those before are no vectors that its rows lie along.
          ...(point === "after" ? { classifier: { weights: classifierWeights(snapshot) } } : {}),
          save: wanted,
          ranks: ranked.includes(listed),
          saved: (split, layer, start, features) => embeddings.keep(split, layer, start, features),
          check: () => signal.throwIfAborted(),
        });
        rows.push(...measured.map((statistics) => ({ epoch, ...statistics })));
        if (folder !== undefined) {
          const metadata = { identity: JSON.stringify(identity), epoch: String(epoch) };
          await embeddings.write(folder, snapshotName(epoch).replace(".safetensors", ""), metadata);
        }
        progress({ done: index + 1, total: paths.length, unit: "snapshot", values: { epoch } });
      }
    } finally {
      await measurement.dispose();
    }
    await writeStatistics(outs.statistics, { identity, classes: dataset.classes.length, rows });
  },
});

/** The network of a snapshot, as measurements see it. */
function measuredNetwork(
  model: Model,
  { normalisation }: Snapshot,
  { form, ...view }: { point: LayerPoint; form: Form; augmentation: MeasuredAugmentation | null },
): MeasuredNetwork {
  const evaluated = evaluatedNetwork(model, normalisation, view);
  const { layers, pool } = pooledLayers(model.layers, () => form === "pooled");
  return {
    ...evaluated,
    layers,
    classes: model.classes,
    apply: (inputs) => {
      const outputs = evaluated.apply(inputs);
      return { ...outputs, layers: pool(outputs.layers) };
    },
  };
}

function checkSaved(save: readonly SavedLayer[], { layers }: MeasuredNetwork, epochs: readonly number[]): void {
  for (const { epoch, layer } of save) {
    if (!epochs.includes(epoch)) {
      throw new Error(`save names epoch ${epoch}, which has no snapshot; there are ${epochs.join(", ")}`);
    }
    if (layer > layers.length) {
      throw new Error(`save names layer ${layer}; the network has ${layers.length}`);
    }
  }
}

/** Features that are saved lie in memory until all of a snapshot are there. */
function checkRoom(
  save: readonly SavedLayer[],
  network: MeasuredNetwork,
  { train, test }: Record<"train" | "test", MeasuredExamples>,
  room: number,
): void {
  for (const [epoch, layers] of Map.groupBy(save, ({ epoch }) => epoch)) {
    const values = layers.reduce((sum, { layer }) => sum + network.layers[layer - 1]!.size, 0);
    const bytes = 4 * values * (train.labels.length + test.labels.length);
    if (bytes <= room) continue;
    throw new Error(
      `save names ${formatBytes(bytes)} of features of epoch ${epoch}, and there is room for ${
        formatBytes(room)
      } in memory; ` +
        `name narrower layers or fewer of an epoch, or grant more by resources.memory`,
    );
  }
}
