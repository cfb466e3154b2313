import { classStatistics } from "./class_statistics.ts";
import { type Classifier, classifierStatistics } from "./classifier.ts";
import { type Labels, MomentAccumulator } from "./moments.ts";
import { countNcc, nearestCentre, predictedClasses } from "./ncc.ts";
import { ProjectedScatter } from "./projected_scatter.ts";
import { PublishedMoments } from "./published_cdnv.ts";
import { residualProjections } from "./residual_projections.ts";
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
  /** The network's last linear map, where it is known. */
  readonly classifier?: Classifier;
  /** The labels of each set. */
  readonly labels: Readonly<Record<SplitName, Labels>>;
  /** The features of a set, in the order of its labels, the same each time. Chunks bound the memory that is used. */
  readonly chunks: (split: SplitName) => AsyncIterable<FeatureChunk>;
}

/** How a measurement is made; none of it changes the result. */
export interface MeasurementOptions {
  /** Bytes of a set's features that may be kept between the two uses of them; beyond, they are computed twice. */
  readonly memory: number;
  /** Sees every chunk of both sets once, with the index of its first example. */
  readonly seen?: (split: SplitName, start: number, chunk: FeatureChunk) => void;
}

/** What a measurement yields but the epoch, which the caller knows. */
export type Measurement = Omit<LayerStatistics, "epoch">;

/**
 * Measures every layer on the train and the test set: class statistics with each set's own means, and NCC with the train
 * means. Means come first, then what needs them: a set takes one pass if its features fit in `memory`, else two.
 *
 * @returns by layer, train before test
 * @throws {Error} naming the layer, where a feature is not finite
 */
export async function measureLayers(source: FeatureSource, options: MeasurementOptions): Promise<Measurement[]> {
  const train = await measureSet(source, "train", options);
  const test = await measureSet(source, "test", options, train.centres);
  return source.sizes.flatMap((_, layer) => [train.layers[layer]!, test.layers[layer]!]);
}

/** What a set yields: a measurement a layer, and the nearest of its class centres. */
interface MeasuredSet {
  readonly layers: readonly Measurement[];
  readonly centres: readonly ReturnType<typeof nearestCentre>[];
}

/**
 * Measures every layer on one set.
 *
 * @param centres of another set, by which NCC classifies; without them the set's own
 */
async function measureSet(
  source: FeatureSource,
  split: SplitName,
  { memory, seen }: MeasurementOptions,
  centres?: MeasuredSet["centres"],
): Promise<MeasuredSet> {
  const { classes, sizes } = source;
  const labels = source.labels[split];
  const fits = labels.length * 4 * sizes.reduce((sum, size) => sum + size, 0) <= memory;
  const kept: FeatureChunk[] = [];
  const published = sizes.map((size) => new PublishedMoments(classes, size));
  const accumulators = sizes.map((size, layer) => new MomentAccumulator(classes, size, published[layer]));
  let start = 0;
  for await (const chunk of source.chunks(split)) {
    seen?.(split, start, chunk);
    addChunk(accumulators, chunk, labels.subarray(start, start += chunk.count));
    if (fits) kept.push(chunk);
  }

  const moments = accumulators.map((accumulator) => accumulator.moments());
  const nearest = centres ?? moments.map(nearestCentre);
  const ncc = new SplitCounts(classes, sizes.length, nearest);
  const projections = moments.map(residualProjections);
  const scatters = moments.map(({ counts }) => new ProjectedScatter(counts));
  start = 0;
  for await (const chunk of kept.length > 0 ? kept : source.chunks(split)) {
    const chunkLabels = labels.subarray(start, start += chunk.count);
    ncc.add(chunk, chunkLabels);
    scatters.forEach((scatter, layer) => {
      scatter.add(projections[layer]!(chunk.layers[layer]!, chunkLabels), chunkLabels);
    });
  }

  const { classifier } = source;
  const layers = moments.map((own, layer): Measurement => ({
    layer: layer + 1,
    split,
    ...classStatistics(own),
    ...ncc.of(layer),
    projected: scatters[layer]!.values(),
    published: published[layer]!.statistics(),
    classifier: classifier !== undefined && layer === sizes.length - 1 ? classifierStatistics(classifier, own) : null,
  }));
  return { layers, centres: nearest };
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
