import { classStatistics } from "./class_statistics.ts";
import { type Labels, MomentAccumulator } from "./moments.ts";
import { countNcc, nearestCentre, predictedClasses } from "./ncc.ts";
import type { LayerStatistics, SplitName } from "./statistics.ts";

/** Features of some consecutive examples of a set. */
export interface FeatureChunk {
  /** Number of examples. */
  readonly count: number;
  /** `[count, C]`: the network's output. */
  readonly logits: Float32Array;
  /** `[count, size]` of each layer. */
  readonly layers: readonly Float32Array[];
}

/** Where features come from: a network's forward pass, or arrays in a test. */
export interface FeatureSource {
  /** Number of classes C. */
  readonly classes: number;
  /** The width of each layer. */
  readonly sizes: readonly number[];
  /** The labels of each set. */
  readonly labels: Readonly<Record<SplitName, Labels>>;
  /** The features of a set, in the order of its labels, the same each time. Chunks bound the memory that is used. */
  readonly chunks: (split: SplitName) => AsyncIterable<FeatureChunk>;
}

/** How a measurement is made; none of it changes the result. */
export interface MeasurementOptions {
  /** Bytes of train features that may be kept, so that one pass serves moments and NCC; beyond, a second pass is made. */
  readonly memory: number;
  /** Sees every chunk of both sets once, with the index of its first example. */
  readonly seen?: (split: SplitName, start: number, chunk: FeatureChunk) => void;
}

/** What a measurement yields but the epoch, which the caller knows. */
export type Measurement = Omit<LayerStatistics, "epoch">;

/**
 * Measures every layer on the train and the test set: class statistics with each set's own means, and NCC with the train
 * means. The train set takes one pass if its features fit in `memory`, else two; the test set takes one.
 *
 * @returns by layer, train before test
 * @throws {Error} naming the layer, where a feature is not finite
 */
export async function measureLayers(source: FeatureSource, options: MeasurementOptions): Promise<Measurement[]> {
  const { classes, sizes, labels } = source;
  const bytes = labels.train.length * 4 * sizes.reduce((sum, size) => sum + size, 0);
  const kept: FeatureChunk[] = [];
  const trainMoments = sizes.map((size) => new MomentAccumulator(classes, size));
  let start = 0;
  for await (const chunk of source.chunks("train")) {
    options.seen?.("train", start, chunk);
    addChunk(trainMoments, chunk, labels.train.subarray(start, start += chunk.count));
    if (bytes <= options.memory) kept.push(chunk);
  }

  const centres = trainMoments.map((accumulator) => nearestCentre(accumulator.moments()));
  const train = new SplitCounts(classes, sizes.length, centres);
  start = 0;
  for await (const chunk of kept.length > 0 ? kept : source.chunks("train")) {
    train.add(chunk, labels.train.subarray(start, start += chunk.count));
  }

  const testMoments = sizes.map((size) => new MomentAccumulator(classes, size));
  const test = new SplitCounts(classes, sizes.length, centres);
  start = 0;
  for await (const chunk of source.chunks("test")) {
    options.seen?.("test", start, chunk);
    const chunkLabels = labels.test.subarray(start, start += chunk.count);
    addChunk(testMoments, chunk, chunkLabels);
    test.add(chunk, chunkLabels);
  }

  return sizes.flatMap((_, layer) => [
    {
      layer: layer + 1,
      split: "train" as const,
      ...classStatistics(trainMoments[layer]!.moments()),
      ...train.of(layer),
    },
    { layer: layer + 1, split: "test" as const, ...classStatistics(testMoments[layer]!.moments()), ...test.of(layer) },
  ]);
}

function addChunk(accumulators: readonly MomentAccumulator[], chunk: FeatureChunk, labels: Labels): void {
  accumulators.forEach((accumulator, layer) => {
    try {
      accumulator.add(chunk.layers[layer]!, labels);
    } catch (cause) {
      throw new Error(`Layer ${layer + 1}: ${(cause as Error).message}`, { cause });
    }
  });
}

/** NCC counts of every layer on one set. */
class SplitCounts {
  readonly #correct: readonly Int32Array[];
  readonly #agree: Int32Array;
  #networkCorrect = 0;

  constructor(
    readonly classes: number,
    layers: number,
    readonly centres: readonly ReturnType<typeof nearestCentre>[],
  ) {
    this.#correct = Array.from({ length: layers }, () => new Int32Array(classes));
    this.#agree = new Int32Array(layers);
  }

  add(chunk: FeatureChunk, labels: Labels): void {
    const predictions = predictedClasses(chunk.logits, this.classes);
    predictions.forEach((prediction, row) => this.#networkCorrect += prediction === labels[row] ? 1 : 0);
    this.centres.forEach((nearest, layer) => {
      const { correct, agree } = countNcc(
        nearest(chunk.layers[layer]!, predictions),
        labels,
        predictions,
        this.classes,
      );
      correct.forEach((count, label) => this.#correct[layer]![label]! += count);
      this.#agree[layer]! += agree;
    });
  }

  of(layer: number): { nccCorrect: Int32Array; nccAgree: number; networkCorrect: number } {
    return { nccCorrect: this.#correct[layer]!, nccAgree: this.#agree[layer]!, networkCorrect: this.#networkCorrect };
  }
}
