import { workOf } from "../compile/graph/work.ts";
import { traceProgram } from "../compile/trace/trace.ts";
import { inTurn } from "../compile/trace/turn.ts";
import type { Data, Program, RunOutputs } from "../runtimes/program.ts";
import { featuresName, type MeasuredNetwork } from "./measurement_program.ts";

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

/** Whether a network takes longer to run again than its features take to be kept in memory and read. */
export async function isWorthKeeping(network: MeasuredNetwork): Promise<boolean> {
  const program: Program = {
    name: "forward",
    examples: network.examples,
    scalars: [],
    constants: network.constants,
    state: {},
    body: (inputs) => {
      const { logits, layers } = network.apply(inputs);
      const features = network.layers.map(({ name }, index) => [featuresName(name), layers[index]!]);
      return { state: {}, rows: { logits, ...Object.fromEntries(features) } };
    },
  };
  const work = workOf(await inTurn(() => traceProgram(program, 1)));
  return work > worthKeeping * featureCount(network);
}

/** Bytes that the features and logits of an example take. */
export function keptBytes(network: MeasuredNetwork): number {
  return 4 * (featureCount(network) + network.classes);
}

function featureCount({ layers }: MeasuredNetwork): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}

/** A network's features and logits, computed elsewhere, as those of a network of the same layers. */
export function keptNetwork({ layers, classes }: MeasuredNetwork): MeasuredNetwork {
  const features = layers.map(({ name, size }) => [featuresName(name), { shape: [size], dtype: "float32" }] as const);
  return {
    layers,
    classes,
    examples: {
      ...Object.fromEntries(features),
      logits: { shape: [classes], dtype: "float32" },
      labels: { shape: [], dtype: "int32" },
    },
    constants: {},
    apply: ({ examples }) => ({
      logits: examples.logits!,
      layers: layers.map(({ name }) => examples[featuresName(name)]!),
    }),
  };
}

/** The features and logits of a set's examples, in the runs in which they were computed: the data of {@linkcode keptNetwork}. */
export class KeptFeatures {
  /** What was kept. */
  readonly calls: MeasuredCall[] = [];

  /** Starts without examples. */
  constructor(readonly network: MeasuredNetwork) {}

  /** Keeps what the first pass gave of a run of examples. */
  add({ rows }: RunOutputs, labels: Int32Array, start: number): void {
    const names = ["logits", ...this.network.layers.map(({ name }) => featuresName(name))];
    const values = names.map((name) => [name, rows[name]!.data as Float32Array]);
    this.calls.push({
      examples: { ...Object.fromEntries(values), labels },
      constants: {},
      order: Int32Array.from(labels, (_, index) => index),
      labels,
      start,
    });
  }
}
