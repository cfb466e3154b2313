import { evaluationBatch } from "../runtimes/evaluation_batch.ts";
import type { Program } from "../runtimes/program.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { computedSizes, pooledLayers } from "./pooled_layers.ts";
import { inOrder, type LinearProbe, type ProbedData, type ProbedNetwork } from "./probe.ts";

/** The widest layer whose features a probe takes as a whole: they have to fit in memory. */
export const widestConverged = 2048;

/**
 * The layers that a probe can take as a whole: those of at most {@linkcode widestConverged} features, and wider ones of images
 * pooled, where that leaves so few.
 */
export function narrowLayers(network: ProbedNetwork): ProbedNetwork {
  const { layers, pool } = pooledLayers(network.layers, ({ size }) => size > widestConverged);
  const narrow = [...layers.keys()].filter((index) => layers[index]!.size <= widestConverged);
  return {
    ...network,
    layers: narrow.map((index) => layers[index]!),
    features: (inputs) => {
      const features = pool(network.features(inputs));
      return narrow.map((index) => features[index]!);
    },
  };
}

/** A layer's features, and how probes that see them as a whole take them. */
export interface StandardisedFeatures {
  /** `[count, size]`, as they are. */
  readonly features: Float32Array;
  /** Number of features of an example. */
  readonly size: number;
  /** `[size]`: their mean. */
  readonly centre: Float64Array;
  /** The root of the mean square of all features about it; 1 where that is 0, in a dead layer. */
  readonly scale: number;
}

/**
 * All examples' features of a layer, by one number apart from a mean of 0 and a mean square of 1, so that a penalty means the
 * same for every layer.
 *
 * @throws {Error} where the layer is wider than {@linkcode widestConverged}
 */
export async function standardisedFeatures(
  network: ProbedNetwork,
  layer: string,
  data: ProbedData,
  { runtime, threads }: { readonly runtime: Runtime; readonly threads: number },
): Promise<StandardisedFeatures> {
  const size = network.layers.find(({ name }) => name === layer)?.size ?? 0;
  if (size > widestConverged) {
    throw new Error(`Layer ${layer} has ${size} features; probes are converged for at most ${widestConverged}`);
  }
  const features = await featuresOf(network, layer, data, { runtime, threads });
  const centre = new Float64Array(size);
  for (let at = 0; at < features.length; at++) centre[at % size]! += features[at]!;
  for (let index = 0; index < size; index++) centre[index]! /= features.length / size;
  let squares = 0;
  for (let at = 0; at < features.length; at++) squares += (features[at]! - centre[at % size]!) ** 2;
  return { features, size, centre, scale: squares === 0 ? 1 : Math.sqrt(squares / features.length) };
}

/**
 * The probe for features as they are, from that for standardised ones.
 *
 * @param point `[size + 1, classes]`: the weights, then the biases
 */
export function unstandardised(
  point: Float64Array,
  { centre, scale }: StandardisedFeatures,
  classes: number,
): LinearProbe {
  const weights = point.slice(0, centre.length * classes).map((value) => value / scale);
  const biases = point.slice(centre.length * classes);
  weights.forEach((weight, index) => biases[index % classes]! -= centre[Math.floor(index / classes)]! * weight);
  return { weights: Float32Array.from(weights), biases: Float32Array.from(biases) };
}

/** All examples' features of a layer, `[count, size]`. */
async function featuresOf(
  network: ProbedNetwork,
  layer: string,
  { examples, constants }: ProbedData,
  { runtime, threads }: { readonly runtime: Runtime; readonly threads: number },
): Promise<Float32Array> {
  const index = network.layers.findIndex(({ name }) => name === layer);
  const program: Program = {
    name: `features of layer ${layer}`,
    examples: network.examples,
    scalars: [],
    constants: network.constants,
    state: {},
    body: (inputs) => ({ state: {}, rows: { features: network.features(inputs)[index]! } }),
  };
  const batch = evaluationBatch(computedSizes(network.layers));
  const executable = await runtime.compile(program, { batch, threads });
  try {
    const { rows } = await executable.run({ examples, order: inOrder(examples.labels.length), constants });
    return rows.features!.data as Float32Array;
  } finally {
    await executable.dispose();
  }
}
