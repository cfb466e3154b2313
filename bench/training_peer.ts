/**
 * `training_step.py` as a child that trains when it is asked to, so that it and we take turns.
 *
 * @module
 */
import { startChild } from "./python_child.ts";

/** What the child prepares: a safetensors file of images, labels, order and initial parameters, and how to learn. */
export interface PeerTask {
  readonly tensors: string;
  readonly batch: number;
  readonly mean: number;
  readonly deviation: number;
  readonly optimizer: { readonly lr: number; readonly momentum: number; readonly weight_decay: number };
}

/** What a run of the steps gives: the time of all, and a value a step. */
export interface StepsRun {
  readonly milliseconds: number;
  /** Means over the batches, before each update. */
  readonly losses: readonly number[];
}

/**
 * How PyTorch trains: eagerly, with the optimizer fused; the same with images that were normalised once before; with network,
 * normalising and loss compiled; or with the optimizer's update compiled too, in place of the fused one.
 */
export type Way = "eager" | "prepared" | "compiled" | "compiled update";

/** The child. */
export interface TrainingPeer extends Disposable {
  /** Makes a task the current one; answers with PyTorch's version. */
  prepare(task: PeerTask): Promise<{ readonly version: string }>;
  /** Trains from the initial parameters. The first run in a way compiles what that needs. */
  run(request: { readonly way: Way }): Promise<StepsRun>;
}

/** Starts the child. */
export function startPeer(python: string): TrainingPeer {
  const child = startChild(python, new URL("training_step.py", import.meta.url));
  return { prepare: child.ask, run: child.ask, [Symbol.dispose]: child[Symbol.dispose] };
}
