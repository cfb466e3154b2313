import type { RunOutputs } from "../runtimes/program.ts";
import type { MeasuredNetwork } from "./measurement_program.ts";
import { type ClassMoments, MomentAccumulator } from "./moments.ts";
import { PublishedMoments, type PublishedStatistics } from "./published_cdnv.ts";

/** The moments of every layer's features on one set, of the outputs of the first pass. */
export class SplitMoments {
  readonly #accumulators: readonly MomentAccumulator[];
  readonly #published: readonly PublishedMoments[];

  /**
   * Starts without examples.
   *
   * @param batch examples of a step
   * @param origins of each layer, `[C, D]`: one of each class's examples
   */
  constructor(readonly network: MeasuredNetwork, readonly batch: number, origins: readonly Float64Array[]) {
    const { layers, classes } = network;
    this.#published = layers.map(({ size }) => new PublishedMoments(classes, size));
    this.#accumulators = layers.map(({ size }, layer) => {
      return new MomentAccumulator(classes, size, origins[layer]!, this.#published[layer]);
    });
  }

  /** The doubles of the next call of the program. */
  shifts(): Record<string, Float64Array> {
    return Object.fromEntries(
      this.network.layers.map(({ name }, layer) => [`shifts/${name}`, this.#accumulators[layer]!.shifts]),
    );
  }

  /**
   * Adds the examples of a call.
   *
   * @throws {Error} naming the layer and the class, where a feature is not finite
   */
  add({ steps, rows }: RunOutputs, labels: Int32Array): void {
    this.network.layers.forEach(({ name }, layer) => {
      const sums = steps[`sums/${name}`]!.data as Float64Array;
      const squares = rows[`squares/${name}`]!.data as Float64Array;
      try {
        this.#accumulators[layer]!.add({ batch: this.batch, sums, squares }, labels);
      } catch (cause) {
        throw new Error(`Layer ${layer + 1}: ${(cause as Error).message}`, { cause });
      }
    });
  }

  /** The moments of a layer. */
  of(layer: number): ClassMoments {
    return this.#accumulators[layer]!.moments();
  }

  /** What the published formula makes of a layer. */
  published(layer: number): PublishedStatistics {
    return this.#published[layer]!.statistics();
  }
}
