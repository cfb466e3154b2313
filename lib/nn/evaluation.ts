import { evaluationBatch } from "../runtimes/evaluation_batch.ts";
import type { Executable, Runtime } from "../runtimes/runtime.ts";
import { evaluationProgram } from "./forward.ts";
import type { Loss } from "./loss.ts";
import type { Model } from "./model.ts";
import type { Normalisation } from "./normalisation.ts";
import type { Variables } from "./variables.ts";

/** Labelled images in memory. */
export interface Examples {
  /** `count * height * width * channels` pixels. */
  readonly images: Uint8Array;
  /** `count` class numbers. */
  readonly labels: Int32Array;
}

/** The examples of a set of images with labels of any kind of integers. */
export function examplesOf(split: { readonly images: Uint8Array; readonly labels: ArrayLike<number> }): Examples {
  return { images: split.images, labels: Int32Array.from(split.labels) };
}

/** How well a network does on a set, in evaluation mode. */
export interface Score {
  /** The mean of the examples' losses. */
  readonly loss: number;
  /** Share of the examples that are classified rightly. */
  readonly accuracy: number;
}

/** Prepares the evaluation of a model on a runtime, for {@linkcode evaluate}. */
export function compileEvaluation(
  runtime: Runtime,
  model: Model,
  normalisation: Normalisation,
  loss: Loss,
  options: { readonly threads?: number } = {},
): Promise<Executable> {
  const batch = evaluationBatch(model.layers.map(({ size }) => size));
  return runtime.compile(evaluationProgram(model, normalisation, loss), { batch, ...options });
}

/** Evaluates a network on a whole set; sums over batches are in float64. */
export async function evaluate(executable: Executable, variables: Variables, examples: Examples): Promise<Score> {
  const count = examples.labels.length;
  const order = Int32Array.from({ length: count }, (_, index) => index);
  const { steps } = await executable.run({
    examples: { images: examples.images, labels: examples.labels },
    order,
    constants: variables,
  });
  return { loss: total(steps.loss!.data) / count, accuracy: total(steps.correct!.data) / count };
}

/** The sum of a list of numbers, in float64. */
export function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
