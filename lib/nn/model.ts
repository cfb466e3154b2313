import type { Tensor } from "@tensorflow/tfjs";
import type { Tensors } from "../runtimes/program.ts";

/** A variable of a model. */
export interface VariableSpec {
  /** Its extents, outermost first. */
  readonly shape: readonly number[];
  /** How it starts: uniform in ±bound, normal of a deviation, or one value everywhere. */
  readonly initial:
    | { readonly kind: "uniform"; readonly bound: number }
    | { readonly kind: "normal"; readonly deviation: number }
    | { readonly kind: "constant"; readonly value: number };
  /** Whether weight decay applies where biases and norms are exempt. */
  readonly role: "weight" | "bias" | "norm";
}

/** A measured layer of a model. */
export interface LayerSpec {
  /** Its name, e.g. `1`. */
  readonly name: string;
  /** Its width, flattened. */
  readonly size: number;
  /** Of a layer of images: the number of its channels, which lie innermost; absent where features have no places. */
  readonly channels?: number;
}

/** A network as a pure function of its variables, written in the TensorFlow.js API. */
export interface Model {
  /** Shape of one image: height, width, channels. */
  readonly input: readonly [number, number, number];
  /** Number of classes. */
  readonly classes: number;
  /** Trained. */
  readonly parameters: Readonly<Record<string, VariableSpec>>;
  /** Carried but not trained: running means and variances. */
  readonly statistics: Readonly<Record<string, VariableSpec>>;
  /** The measured layers from input to output. */
  readonly layers: readonly LayerSpec[];
  /** Values an image that its linear maps and convolutions give, without the logits: what the memory of a step grows with. */
  readonly units: number;
  /**
   * The forward pass.
   *
   * @param images `[batch, height, width, channels]`, float32, normalised
   * @returns logits `[batch, classes]`; the measured layers' features, `[batch, ...]` each, after their nonlinearities; the
   * next statistics (those given when not training); besides, for those who measure elsewhere, what goes into these
   * nonlinearities, and what the linear map or convolution just below gives, before batch norm
   */
  apply(
    variables: { readonly parameters: Tensors; readonly statistics: Tensors },
    images: Tensor,
    mode: "train" | "evaluate",
  ): {
    readonly logits: Tensor;
    readonly layers: readonly Tensor[];
    readonly statistics: Tensors;
    readonly before?: readonly Tensor[];
    readonly linear?: readonly Tensor[];
  };
}
