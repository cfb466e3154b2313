import { sizeOf } from "../compile/graph/shape.ts";
import { workOf } from "../compile/graph/work.ts";
import { traceProgram } from "../compile/trace/trace.ts";
import { inTurn } from "../compile/trace/turn.ts";
import type { Data, ExampleSpec, Program, RunOutputs } from "../runtimes/program.ts";
import { featuresName, type MeasuredNetwork } from "./measurement_program.ts";
import { inOrder } from "./probe.ts";

/** Examples as a call of the engine gets them. */
export interface MeasuredCall {
  /** Whole data sets. */
  readonly examples: Readonly<Record<string, Data>>;
  /** The network's variables. */
  readonly constants: Readonly<Record<string, Float32Array | Int32Array>>;
  /** Which examples of the data sets. */
  readonly order: Int32Array;
  /** Their labels. */
  readonly labels: Int32Array;
  /** The index of the first in its set. */
  readonly start: number;
}

/**
 * Multiplications a feature beyond which another run of the network takes longer than to keep its features and read them again:
 * about 10 ns a feature, measured with `onnx` on perceptrons of width 100, where keeping takes longer, and on ResNets.
 */
const worthKeeping = 1000;

/** Which features of a network are worth keeping between two passes: those of its last layers. */
export class KeptLayers {
  readonly #network: MeasuredNetwork;
  /** Multiplications to compute the layers before each index, and last the whole network. */
  readonly #work: readonly number[];

  private constructor(network: MeasuredNetwork, work: readonly number[]) {
    [this.#network, this.#work] = [network, work];
  }

  /** Traces the network up to each of its layers. */
  static async of(network: MeasuredNetwork): Promise<KeptLayers> {
    const work = [0];
    for (const count of network.layers.keys()) work.push(await workOfLayers(network, count + 1));
    return new KeptLayers(network, work);
  }

  /**
   * The index of the first layer whose features are kept, with those of all later ones, so that least time is lost: the number
   * of layers where none are.
   *
   * @param room bytes that a set's features may take
   * @param count examples of the set
   */
  first(room: number, count: number): number {
    const { layers, classes } = this.#network;
    const features = (from: number) => layers.slice(from).reduce((sum, { size }) => sum + size, 0);
    const fits = (from: number) => from === layers.length || 4 * count * (features(from) + classes) <= room;
    const cost = (from: number) => this.#work[from]! + worthKeeping * features(from);
    return [...layers.keys(), layers.length].filter(fits).reduce((a, b) => cost(b) <= cost(a) ? b : a);
  }
}

/** Multiplications to compute the first layers of an example. */
async function workOfLayers(network: MeasuredNetwork, count: number): Promise<number> {
  const program: Program = {
    name: "layers",
    examples: network.examples,
    scalars: [],
    constants: network.constants,
    state: {},
    body: (inputs) => {
      const { layers } = network.apply(inputs);
      const rows = network.layers.slice(0, count).map(({ name }, index) => [featuresName(name), layers[index]!]);
      return { state: {}, rows: Object.fromEntries(rows) };
    },
  };
  return workOf(await inTurn(() => traceProgram(program, 1)));
}

/**
 * A network of the same layers whose features from a layer on, and logits, are among the examples. It computes those before
 * from the examples of the network, if any.
 *
 * @param from the index of that layer
 */
export function keptNetwork(network: MeasuredNetwork, from: number): MeasuredNetwork {
  const { layers, classes } = network;
  const features = layers.slice(from).map(({ name, size }) => [featuresName(name), rowOf(size)] as const);
  return {
    layers,
    classes,
    examples: {
      ...(from === 0 ? { labels: network.examples.labels! } : network.examples),
      ...Object.fromEntries(features),
      logits: rowOf(classes),
    },
    constants: from === 0 ? {} : network.constants,
    apply: (inputs) => {
      const computed = from === 0 ? [] : network.apply(inputs).layers.slice(0, from);
      const kept = layers.slice(from).map(({ name }) => inputs.examples[featuresName(name)]!);
      return { logits: inputs.examples.logits!, layers: [...computed, ...kept] };
    },
  };
}

function rowOf(size: number): ExampleSpec {
  return { shape: [size], dtype: "float32" };
}

/** The examples of {@linkcode keptNetwork}, in the runs in which they came. */
export class KeptFeatures {
  /** What was kept. */
  readonly calls: MeasuredCall[] = [];
  /** Names of the layers whose features are kept. */
  readonly names: readonly string[];

  /** Starts without examples. */
  constructor(readonly network: MeasuredNetwork, readonly from: number) {
    this.names = network.layers.slice(from).map(({ name }) => name);
  }

  /** Keeps what the first pass gave of a run of examples, which follow each other in the set. */
  add({ rows }: RunOutputs, { examples, constants, labels, start }: MeasuredCall): void {
    const kept = ["logits", ...this.names.map(featuresName)].map((name) => [name, rows[name]!.data as Data]);
    const own = Object.entries(keptNetwork(this.network, this.from).examples).filter(([name]) => !(name in rows));
    const parts = own.map(([name, { shape }]) => {
      const size = sizeOf(shape);
      return [name, examples[name]!.subarray(start * size, (start + labels.length) * size)];
    });
    this.calls.push({
      examples: Object.fromEntries([...kept, ...parts]),
      constants: this.from === 0 ? {} : constants,
      order: inOrder(labels.length),
      labels,
      start,
    });
  }
}
