import { evaluationBatch } from "../runtimes/evaluation_batch.ts";
import type { Program, RunOutputs } from "../runtimes/program.ts";
import type { Executable, Runtime } from "../runtimes/runtime.ts";
import { classStatistics } from "./class_statistics.ts";
import { type Classifier, classifierStatistics } from "./classifier.ts";
import { widestRanked } from "./effective_rank.ts";
import { KeptFeatures, KeptLayers, keptNetwork, type MeasuredCall } from "./kept_features.ts";
import { centresProgram, featuresName, type MeasuredNetwork, sumsProgram } from "./measurement_program.ts";
import { type Centres, centresOf } from "./ncc.ts";
import { computedSizes } from "./pooled_layers.ts";
import { inOrder, type ProbedData } from "./probe.ts";
import { SplitCentres } from "./split_centres.ts";
import { SplitMoments } from "./split_moments.ts";
import type { LayerStatistics, SplitName } from "./statistics.ts";

/** How networks are measured; the results depend on it by the rounding of float64 sums alone. */
export interface MeasurementOptions {
  /** The engine that evaluates the network and measures it. */
  readonly runtime: Runtime;
  /** Threads that it may use. */
  readonly threads: number;
  /** Examples a step, at most; wide layers take fewer. */
  readonly batch?: number;
  /**
   * Bytes of a set's features that may be kept in memory, those of the last layers first, where to compute them again would take
   * longer: 2 GiB if absent, 0 for none.
   */
  readonly room?: number;
}

/** What is measured. */
export interface MeasuredData {
  /** Examples and variables of each set. */
  readonly sets: Readonly<Record<SplitName, ProbedData>>;
  /** The network's last linear map, where it is known. */
  readonly classifier?: Classifier;
  /** Numbers of the layers, from 1, whose features are wanted besides; none if absent. */
  readonly save?: readonly number[];
  /** Takes the features of such a layer, `[examples, size]`, of a run of examples, with the index of its first. */
  readonly saved?: (split: SplitName, layer: number, start: number, features: Float32Array) => void;
  /** Whether the effective ranks of layers of at most 512 features are wanted, which take about as long as all else; not if absent. */
  readonly ranks?: boolean;
  /** Called now and then; may throw to end the measurement. */
  readonly check?: () => void;
}

/** What a measurement yields but the epoch, which the caller knows. */
export type Measurement = Omit<LayerStatistics, "epoch">;

/** What a set yields: a measurement a layer, and the centres of its classes. */
interface MeasuredSet {
  readonly layers: readonly Measurement[];
  readonly centres: readonly Centres[];
}

/** Bytes of a set's features that are kept, at most, where nothing else is said. */
const defaultRoom = 2 ** 31;

/** Bytes that a call of the engine returns, and bytes of features that it computes, at most: it ends before long. */
const callBytes = 2 ** 26;

/**
 * Measures every layer of networks of one architecture on a train and a test set: class statistics with each set's own means,
 * and NCC with the train means. The engine evaluates the network and measures the features where they are, in two passes over
 * each set: means come first, then what needs them. The second pass runs the network again, but for as many of the last layers
 * as fit in memory and take longer to compute than to keep; the results are the same, to the byte.
 */
export class LayerMeasurement {
  readonly #executables = new Map<string, Executable>();
  readonly #batch: number;
  #keptLayers: Promise<KeptLayers> | undefined;

  /** Compiles nothing yet: each program is when it is first needed. */
  constructor(readonly network: MeasuredNetwork, readonly options: MeasurementOptions) {
    const most = evaluationBatch(computedSizes(network.layers));
    this.#batch = Math.min(options.batch ?? most, most);
  }

  /**
   * Measures a network.
   *
   * @returns by layer, train before test
   * @throws {Error} naming the layer and the class, where a feature is not finite; where a label is none of the classes
   */
  async measure(data: MeasuredData): Promise<Measurement[]> {
    const train = await this.#measureSet(data, "train");
    const test = await this.#measureSet(data, "test", train.centres);
    return this.network.layers.flatMap((_, layer) => [train.layers[layer]!, test.layers[layer]!]);
  }

  /** Frees what the engine holds. */
  async dispose(): Promise<void> {
    for (const executable of this.#executables.values()) await executable.dispose();
    this.#executables.clear();
  }

  /**
   * Measures every layer on one set.
   *
   * @param centres of another set, by which NCC classifies; without them the set's own
   */
  async #measureSet(data: MeasuredData, split: SplitName, centres?: readonly Centres[]): Promise<MeasuredSet> {
    const { layers } = this.network;
    this.#checkLabels(data.sets[split].examples.labels);
    const from = await this.#firstKept(data);
    const kept = from < layers.length ? new KeptFeatures(this.network, from) : undefined;
    const names = layers.map(({ name }) => name);
    const saved = names.filter((_, layer) => layer >= from || data.save?.includes(layer + 1));
    const sumsPass = await this.#executable(
      `sums ${saved} ${kept !== undefined}`,
      () => sumsProgram(this.network, saved, kept !== undefined),
    );
    const sums = await this.#emptyMoments(data.sets[split], sumsPass);
    await visit(
      sumsPass,
      this.#calls(data.sets[split]),
      data.check,
      () => sums.shifts(),
      (outputs, call) => {
        sums.add(outputs, call.labels);
        kept?.add(outputs, call);
        for (const layer of data.save ?? []) {
          const { data: features } = outputs.rows[featuresName(names[layer - 1]!)]!;
          data.saved?.(split, layer, call.start, features as Float32Array);
        }
      },
    );

    const moments = layers.map((_, layer) => sums.of(layer));
    const nearest = centres ?? moments.map(centresOf);
    const rankedLayers = layers.filter(({ size }) => data.ranks === true && size <= widestRanked);
    const ranked = rankedLayers.map(({ name }) => name);
    const products = rankedLayers.reduce((sum, { size }) => sum + size ** 2, 0);
    const found = new SplitCentres(this.network, moments, ranked);
    const doubles = found.doubles(nearest);
    const source = kept === undefined ? this.network : keptNetwork(this.network, from);
    const centresPass = await this.#executable(
      `centres ${ranked} ${from}`,
      () => centresProgram(source, ranked),
    );
    const calls = kept?.calls ?? this.#calls(data.sets[split], products);
    await visit(centresPass, calls, data.check, () => doubles, (outputs, { labels }) => found.add(outputs, labels));

    const { classifier } = data;
    const measurements = moments.map((own, layer): Measurement => ({
      layer: layer + 1,
      split,
      ...classStatistics(own),
      ...found.of(layer),
      published: sums.published(layer),
      classifier: classifier !== undefined && layer === layers.length - 1
        ? classifierStatistics(classifier, own)
        : null,
    }));
    return { layers: measurements, centres: nearest };
  }

  #checkLabels(labels: Int32Array): void {
    const { classes } = this.network;
    const wrong = labels.find((label) => label < 0 || label >= classes);
    if (wrong !== undefined) throw new Error(`Label ${wrong} is out of range; expected 0 to ${classes - 1}`);
  }

  /**
   * Moments without examples whose first shifts are the first example of each class, or zero where it is not finite.
   *
   * @param executable of the first pass
   */
  async #emptyMoments({ examples, constants }: ProbedData, executable: Executable): Promise<SplitMoments> {
    const { layers, classes } = this.network;
    const firsts = [...new Set(examples.labels)].map((label) => examples.labels.indexOf(label));
    // Whole batches, since another size of batch would be compiled for them alone.
    const count = Math.ceil(firsts.length / this.#batch) * this.#batch;
    const order = Int32Array.from({ length: count }, (_, at) => firsts[at % firsts.length]!);
    const doubles = layers.map(({ name, size }) => [`shifts/${name}`, new Float64Array(classes * size)]);
    const { steps } = await executable.run({ examples, order, constants, doubles: Object.fromEntries(doubles) });
    const copies = new Float64Array(classes);
    for (const example of order) copies[examples.labels[example]!]!++;
    const origins = layers.map(({ name, size }) => {
      const sums = steps[`sums/${name}`]!.data;
      const origin = new Float64Array(classes * size);
      sums.forEach((sum, at) => {
        const place = at % origin.length;
        const count = copies[Math.floor(place / size)]!;
        if (Number.isFinite(sum) && count > 0) origin[place]! += sum / count;
      });
      return origin;
    });
    return new SplitMoments(this.network, this.#batch, origins);
  }

  /** The index of the first layer whose features are kept between the passes: of both sets, so that they share programs. */
  async #firstKept({ sets: { train, test } }: MeasuredData): Promise<number> {
    const layers = await (this.#keptLayers ??= KeptLayers.of(this.network));
    const [room, count] = [this.options.room ?? defaultRoom, Math.max(...[train, test].map(countOf))];
    return layers.first(room, count);
  }

  /**
   * A set's examples, a run of them after another.
   *
   * @param products float64 numbers of covariances that a step gives
   */
  *#calls({ examples, constants }: ProbedData, products = 0): Generator<MeasuredCall> {
    const order = inOrder(examples.labels.length);
    const most = this.#examplesOfCall(products);
    for (let start = 0; start < order.length; start += most) {
      const labels = examples.labels.subarray(start, start + most);
      yield { examples, constants, order: order.subarray(start, start + most), labels, start };
    }
  }

  #examplesOfCall(products: number): number {
    const { layers, classes } = this.network;
    const size = layers.reduce((sum, { size }) => sum + size, 0);
    const stepBytes = Math.max(4 * this.#batch * size, 8 * classes * size, 8 * products);
    return this.#batch * Math.max(1, Math.floor(callBytes / stepBytes));
  }

  async #executable(key: string, program: () => Program): Promise<Executable> {
    const { runtime, threads } = this.options;
    const executable = this.#executables.get(key) ?? await runtime.compile(program(), { batch: this.#batch, threads });
    this.#executables.set(key, executable);
    return executable;
  }
}

function countOf({ examples }: ProbedData): number {
  return examples.labels.length;
}

/** Runs a pass: calls the engine for a run of examples after another. */
async function visit(
  executable: Executable,
  calls: Iterable<MeasuredCall>,
  check: MeasuredData["check"],
  doubles: () => Readonly<Record<string, Float64Array>>,
  take: (outputs: RunOutputs, call: MeasuredCall) => void,
): Promise<void> {
  for (const call of calls) {
    check?.();
    const { examples, constants, order } = call;
    take(await executable.run({ examples, order, constants, doubles: doubles() }), call);
  }
}
