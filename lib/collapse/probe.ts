import type { Tensor } from "@tensorflow/tfjs";
import type { Data, ExampleSpec, Tensors, TensorSpec } from "../runtimes/program.ts";
import type { FeatureLayer } from "./pooled_layers.ts";

/** A network whose layers are probed. */
export interface ProbedNetwork {
  /** The measured layers from input to output. */
  readonly layers: readonly FeatureLayer[];
  /** Number of classes. */
  readonly classes: number;
  /** The data sets that it takes; `labels`, int32, is among them. */
  readonly examples: Readonly<Record<string, ExampleSpec>>;
  /** Its variables. */
  readonly constants: Readonly<Record<string, TensorSpec>>;
  /** The layers' features, `[batch, size]` each, written in the TensorFlow.js API. */
  readonly features: (inputs: { readonly examples: Tensors; readonly constants: Tensors }) => readonly Tensor[];
}

/** Numbers for a {@linkcode ProbedNetwork}. */
export interface ProbedData {
  /** Whole data sets, as flat arrays. */
  readonly examples: Readonly<Record<string, Data>> & { readonly labels: Int32Array };
  /** The network's variables. */
  readonly constants: Readonly<Record<string, Float32Array | Int32Array>>;
}

/** A linear classifier on a layer's features as they are: `logits = features * weights + biases`. */
export interface LinearProbe {
  /** `[size, classes]`, row by row. */
  readonly weights: Float32Array;
  /** `[classes]`. */
  readonly biases: Float32Array;
}

/** A probe for each layer, by the layer's name. */
export type LinearProbes = Readonly<Record<string, LinearProbe>>;

/** The names and shapes under which programs take the probes of some layers: `weights/<layer>` and `biases/<layer>`. */
export function probeTensors(layers: ProbedNetwork["layers"], classes: number): Record<string, TensorSpec> {
  return Object.fromEntries(layers.flatMap(({ name, size }) => [
    [`weights/${name}`, { shape: [size, classes], dtype: "float32" }],
    [`biases/${name}`, { shape: [classes], dtype: "float32" }],
  ]));
}

/** Indices from 0 to `count - 1`. */
export function inOrder(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
