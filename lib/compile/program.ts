import type { Tensor } from "@tensorflow/tfjs";
import type { DoubleResult } from "./double.ts";

/** Shape and type of a tensor. */
export interface TensorSpec {
  /** Extents, outermost first. */
  readonly shape: readonly number[];
  /** Type of a value. */
  readonly dtype: "float32" | "int32";
}

/** Shape and type of one example of a data set that stays resident; `uint8` examples reach the body as int32 tensors. */
export interface ExampleSpec {
  /** Extents of one example, outermost first. */
  readonly shape: readonly number[];
  /** Type of a value as it lies in memory. */
  readonly dtype: "uint8" | "int32" | "float32";
}

/** Tensors by name. */
export type Tensors = Record<string, Tensor>;

/**
 * A loop over batches of examples, written once in the TensorFlow.js API and run by any runtime: an epoch of training, an
 * evaluation, an epoch of linear probes. The body is traced, so it must be pure: no `dataSync`, no JavaScript branch on a
 * tensor's value, no random numbers drawn without a seed.
 */
export interface Program {
  /** For messages. */
  readonly name: string;
  /** Data sets, resident as a whole; the body sees a batch of each, `[batch, ...shape]`, gathered by the same order. */
  readonly examples: Readonly<Record<string, ExampleSpec>>;
  /** Names of float32 scalars that change each step, e.g. the learning rate. */
  readonly scalars: readonly string[];
  /** Inputs that stay the same over the loop, e.g. weights during an evaluation. */
  readonly constants: Readonly<Record<string, TensorSpec>>;
  /** The shapes of float64 inputs that stay the same over the loop, for {@linkcode DoubleResult}s alone; none if absent. */
  readonly doubles?: Readonly<Record<string, readonly number[]>>;
  /** Carried from step to step, e.g. weights and momentum during training. */
  readonly state: Readonly<Record<string, TensorSpec>>;
  /** One step. */
  readonly body: (inputs: BodyInputs) => BodyOutputs;
}

/** What the body of a {@linkcode Program} gets. */
export interface BodyInputs {
  /** This step's batch of each data set, `[batch, ...shape]`. */
  readonly examples: Tensors;
  /** This step's scalars. */
  readonly scalars: Tensors;
  /** What stays the same. */
  readonly constants: Tensors;
  /** What the step before returned. */
  readonly state: Tensors;
}

/** What the body of a {@linkcode Program} returns. */
export interface BodyOutputs {
  /** The next state: the same names, shapes and types. */
  readonly state: Tensors;
  /** A value a step (a loss, a count): stacked to `[steps, ...shape]`. */
  readonly steps?: Readonly<Record<string, Tensor | DoubleResult>>;
  /** A row an example (logits, features), `[batch, ...shape]`: concatenated to `[examples, ...shape]` in the loop's order. */
  readonly rows?: Readonly<Record<string, Tensor | DoubleResult>>;
}
