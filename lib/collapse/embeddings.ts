import { writeSafetensors } from "../formats/safetensors.ts";
import type { FeatureChunk, FeatureSource } from "./measurement.ts";
import type { SplitName } from "./statistics.ts";

/** Collects the features of chosen layers while they are measured, and writes a file a layer. */
export class Embeddings {
  readonly #source: FeatureSource;
  readonly #layers: ReadonlyMap<number, Readonly<Record<SplitName, Float32Array>>>;

  /**
   * Makes room for the features.
   *
   * @param layers numbers of the layers, from 1
   */
  constructor(source: FeatureSource, layers: readonly number[]) {
    const { labels, sizes } = source;
    this.#source = source;
    this.#layers = new Map(layers.map((layer) => {
      const room = (split: SplitName) => new Float32Array(labels[split].length * sizes[layer - 1]!);
      return [layer, { train: room("train"), test: room("test") }];
    }));
  }

  /** Keeps what a chunk holds of the chosen layers; `start` is the index of its first example. */
  keep(split: SplitName, start: number, chunk: FeatureChunk): void {
    for (const [layer, features] of this.#layers) {
      features[split].set(chunk.layers[layer - 1]!, start * this.#source.sizes[layer - 1]!);
    }
  }

  /**
   * Writes `<name>-layer-<layer>.safetensors` for each chosen layer: `train` and `test` F32 `[count, size]`, `train_labels`
   * and `test_labels` I32 `[count]`.
   *
   * @param name the start of the files' names, e.g. `epoch-0007`
   * @param metadata free text for the files' headers
   */
  async write(folder: string, name: string, metadata: Readonly<Record<string, string>>): Promise<void> {
    const { labels, sizes } = this.#source;
    for (const [layer, { train, test }] of this.#layers) {
      const size = sizes[layer - 1]!;
      const [trainLabels, testLabels] = [Int32Array.from(labels.train), Int32Array.from(labels.test)];
      await writeSafetensors(`${folder}/${name}-layer-${layer}.safetensors`, {
        tensors: {
          train: { dtype: "F32", shape: [trainLabels.length, size], data: train },
          test: { dtype: "F32", shape: [testLabels.length, size], data: test },
          train_labels: { dtype: "I32", shape: [trainLabels.length], data: trainLabels },
          test_labels: { dtype: "I32", shape: [testLabels.length], data: testLabels },
        },
        metadata: { ...metadata, layer: String(layer) },
      });
    }
  }
}
