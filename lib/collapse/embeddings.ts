import { writeSafetensors } from "../formats/safetensors.ts";
import type { MeasuredNetwork } from "./measurement_program.ts";
import type { SplitName } from "./statistics.ts";

/** The features of a layer on both sets, and how many an example has. */
type LayerFeatures = { readonly size: number } & Readonly<Record<SplitName, Float32Array>>;

/** Collects the features of chosen layers while they are measured, and writes a file a layer. */
export class Embeddings {
  readonly #labels: Readonly<Record<SplitName, Int32Array>>;
  readonly #layers: ReadonlyMap<number, LayerFeatures>;

  /**
   * Makes room for the features.
   *
   * @param layers numbers of the layers, from 1
   */
  constructor(
    network: Pick<MeasuredNetwork, "layers">,
    labels: Readonly<Record<SplitName, Int32Array>>,
    layers: readonly number[],
  ) {
    this.#labels = labels;
    this.#layers = new Map(layers.map((layer) => {
      const { size } = network.layers[layer - 1]!;
      const room = (split: SplitName) => new Float32Array(labels[split].length * size);
      return [layer, { size, train: room("train"), test: room("test") }];
    }));
  }

  /** Keeps the features of a run of examples; `start` is the index of the first. */
  keep(split: SplitName, layer: number, start: number, features: Float32Array): void {
    const own = this.#layers.get(layer)!;
    own[split].set(features, start * own.size);
  }

  /**
   * Writes `<name>-layer-<layer>.safetensors` for each chosen layer: `train` and `test` F32 `[count, size]`, `train_labels`
   * and `test_labels` I32 `[count]`.
   *
   * @param name the start of the files' names, e.g. `epoch-0007`
   * @param metadata free text for the files' headers
   */
  async write(folder: string, name: string, metadata: Readonly<Record<string, string>>): Promise<void> {
    const labels = this.#labels;
    for (const [layer, { size, train, test }] of this.#layers) {
      await writeSafetensors(`${folder}/${name}-layer-${layer}.safetensors`, {
        tensors: {
          train: { dtype: "F32", shape: [labels.train.length, size], data: train },
          test: { dtype: "F32", shape: [labels.test.length, size], data: test },
          train_labels: { dtype: "I32", shape: [labels.train.length], data: labels.train },
          test_labels: { dtype: "I32", shape: [labels.test.length], data: labels.test },
        },
        metadata: { ...metadata, layer: String(layer) },
      });
    }
  }
}
