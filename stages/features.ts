/**
 * Measures the features of every layer at every snapshot.
 *
 * Deps: the folder of a data set, and one of snapshots. Outs: the statistics of all layers, snapshots and both sets
 * (safetensors); and, where `save` names layers, a folder of their features.
 * @module
 */
import { z } from "zod";
import { Embeddings } from "../lib/collapse/embeddings.ts";
import { type FeatureSource, measureLayers } from "../lib/collapse/measurement.ts";
import { type LayerStatistics, writeStatistics } from "../lib/collapse/statistics.ts";
import { type Dataset, readDataset } from "../lib/datasets/dataset.ts";
import { samplesParameter, withSamples } from "../lib/nn/class_sample.ts";
import { classifierWeights } from "../lib/nn/classifier.ts";
import { formatBytes } from "../lib/nn/estimate.ts";
import { forwardProgram } from "../lib/nn/forward.ts";
import { identityOf } from "../lib/nn/identity.ts";
import { labelsParameter, withLabelNoise } from "../lib/nn/label_noise.ts";
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
import { evaluationBatch } from "../lib/runtimes/evaluation_batch.ts";
import type { Executable } from "../lib/runtimes/runtime.ts";
import { runtimeByName } from "../lib/runtimes/registry.ts";
import { threadsOf } from "../lib/runtimes/threads.ts";

/** Bytes of features that one call of the network may return; an engine may hold them twice. */
const chunkBytes = 4 * 2 ** 20;

/** Bytes of a set's features that are kept between the two uses of them, at most. */
const keptBytes = 2 ** 29;

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
    labels: labelsParameter,
    samples: samplesParameter,
    batch: z.int().min(1).default(500).meta({ description: "Images a step, at most: wide layers take fewer" }),
    runtime: runtimeParameter,
  }),
  deps: ["dataset", "snapshots"],
  outs: ["statistics"],
  optionalOuts: ["embeddings"],

  async run({ with: parameters, deps, outs, resources, progress, signal }) {
    const { save, labels, samples, batch: mostImages, runtime } = parameters;
    const folder = outs.embeddings;
    if ((folder === undefined) !== (save.length === 0)) {
      throw new Error("The out `embeddings` and the parameter `save` go together: give both, or neither");
    }
    const paths = await listSnapshots(deps.snapshots);
    const first = await readSnapshot(paths[0]!.path);
    const noise = labels === "trained" ? first.labelNoise ?? null : null;
    const dataset = withSamples(withLabelNoise(await readDataset(deps.dataset), noise), samples);
    const model = modelOf(first);
    checkTrainedOn(paths[0]!.path, first, dataset);
    const identity = identityOf(first);
    checkSaved(save, model, paths.map(({ epoch }) => epoch));
    checkRoom(save, model, dataset, resources.memory > 0 ? resources.memory / 2 : savedBytes);
    const batch = Math.min(mostImages, evaluationBatch(model.layers.map(({ size }) => size)));
    const executable = await (await runtimeByName(runtime))
      .compile(forwardProgram(model, first.normalisation, { layers: true }), {
        batch,
        threads: threadsOf(resources.cpus),
      });
    if (folder !== undefined) await Deno.mkdir(folder);

    const rows: LayerStatistics[] = [];
    progress({ done: 0, total: paths.length, unit: "snapshot" });
    try {
      for (const [index, { epoch, path }] of paths.entries()) {
        const snapshot = await readSnapshot(path);
        const network = ({ variables: _, epoch: __, ...rest }: Snapshot) => JSON.stringify(rest);
        if (network(snapshot) !== network(first)) {
          throw new Error(`${path}: of another network than the first snapshot`);
        }
        const layers = save.filter((wanted) => wanted.epoch === epoch).map(({ layer }) => layer);
        const source = networkFeatures(executable, model, snapshot, dataset, batch, signal);
        const embeddings = new Embeddings(source, layers);
        const measured = await measureLayers(source, {
          memory: resources.memory > 0 ? Math.min(keptBytes, resources.memory / 2) : keptBytes,
          seen: (split, start, chunk) => embeddings.keep(split, start, chunk),
        });
        rows.push(...measured.map((measurement) => ({ epoch, ...measurement })));
        if (folder !== undefined) {
          const metadata = { identity: JSON.stringify(identity), epoch: String(epoch) };
          await embeddings.write(folder, snapshotName(epoch).replace(".safetensors", ""), metadata);
        }
        progress({ done: index + 1, total: paths.length, unit: "snapshot", values: { epoch } });
      }
    } finally {
      await executable.dispose();
    }
    await writeStatistics(outs.statistics, { identity, classes: dataset.classes.length, rows });
  },
});

/** The features of a snapshot, computed chunk by chunk. */
function networkFeatures(
  executable: Executable,
  model: Model,
  snapshot: Snapshot,
  dataset: Dataset,
  batch: number,
  signal: AbortSignal,
): FeatureSource {
  const classes = dataset.classes.length;
  const sizes = model.layers.map(({ size }) => size);
  const exampleBytes = 4 * sizes.reduce((sum, size) => sum + size, classes);
  const rows = batch * Math.max(1, Math.floor(chunkBytes / exampleBytes / batch));
  const imageSize = snapshot.input.reduce((product, size) => product * size, 1);
  return {
    classes,
    sizes,
    classifier: { weights: classifierWeights(snapshot) },
    labels: { train: dataset.train.labels, test: dataset.test.labels },
    async *chunks(split) {
      const { images, labels, count } = dataset[split];
      for (let start = 0; start < count; start += rows) {
        signal.throwIfAborted();
        const end = Math.min(start + rows, count);
        const { rows: found } = await executable.run({
          examples: {
            images: images.subarray(start * imageSize, end * imageSize),
            labels: Int32Array.from(labels.subarray(start, end)),
          },
          order: Int32Array.from({ length: end - start }, (_, row) => row),
          constants: snapshot.variables,
        });
        yield {
          count: end - start,
          logits: found.logits!.data as Float32Array,
          layers: model.layers.map(({ name }) => found[`layer/${name}`]!.data as Float32Array),
        };
      }
    },
  };
}

function checkSaved(save: readonly SavedLayer[], model: Model, epochs: readonly number[]): void {
  for (const { epoch, layer } of save) {
    if (!epochs.includes(epoch)) {
      throw new Error(`save names epoch ${epoch}, which has no snapshot; there are ${epochs.join(", ")}`);
    }
    if (layer > model.layers.length) {
      throw new Error(`save names layer ${layer}; the network has ${model.layers.length}`);
    }
  }
}

/** Features that are saved lie in memory until all of a snapshot are there. */
function checkRoom(save: readonly SavedLayer[], model: Model, { train, test }: Dataset, room: number): void {
  for (const [epoch, layers] of Map.groupBy(save, ({ epoch }) => epoch)) {
    const values = layers.reduce((sum, { layer }) => sum + model.layers[layer - 1]!.size, 0);
    const bytes = 4 * values * (train.count + test.count);
    if (bytes <= room) continue;
    throw new Error(
      `save names ${formatBytes(bytes)} of features of epoch ${epoch}, and there is room for ${
        formatBytes(room)
      } in memory; ` +
        `name narrower layers or fewer of an epoch, or grant more by resources.memory`,
    );
  }
}
