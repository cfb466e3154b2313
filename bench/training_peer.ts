/**
 * `training_step.py` as a child that trains when it is asked to, so that it and we take turns.
 *
 * @module
 */
import { startProcess } from "./peer_process.ts";

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

/** The child. */
export interface TrainingPeer extends Disposable {
  /** Makes a task the current one; answers with PyTorch's version. */
  prepare(task: PeerTask): Promise<{ readonly version: string }>;
  /** Trains from the initial parameters; images are normalised step by step or, where `prepared`, once before. */
  run(request: { readonly prepared: boolean }): Promise<StepsRun>;
}

/** Starts the child. */
export function startPeer(python: string): TrainingPeer {
  const peer = startProcess(python, "training_step.py");
  // What it answers is as training_step.py says.
  return { ...peer, prepare: peer.ask, run: peer.ask } as TrainingPeer;
}
