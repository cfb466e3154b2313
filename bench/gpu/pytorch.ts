/**
 * `peer.py`: the same training by PyTorch.
 *
 * @module
 */
import type { Precision } from "../../lib/compile/stablehlo/precision.ts";
import { type PythonChild, startChild } from "../python_child.ts";
import { torchVersion } from "./python.ts";

/** How PyTorch runs a step: see `peer.py`. */
export const allModes = ["eager", "compile", "graph"] as const;

/** A way to run a step. */
export type Mode = typeof allModes[number];

/** What PyTorch is to prepare: a safetensors file of a task, and how to learn. */
export interface PytorchTask {
  /** Path of the file, see `task.ts`. */
  readonly tensors: string;
  /** The family of the network. */
  readonly kind: string;
  /** Examples a step. */
  readonly batch: number;
  /** Of the pixels over 255. */
  readonly mean: number;
  /** Of the pixels over 255. */
  readonly deviation: number;
  /** Of products and convolutions. */
  readonly precision: Precision;
  /** SGD's parameters by PyTorch's names. */
  readonly optimizer: { readonly lr: number; readonly momentum: number; readonly weight_decay: number };
}

/** How a training went. */
export interface PytorchRun {
  /** Of all steps. */
  readonly milliseconds: number;
  /** Of each step. */
  readonly losses: readonly number[];
}

/** A Python with PyTorch that trains when it is asked to. */
export interface Pytorch extends Disposable {
  /** The version of PyTorch. */
  readonly version: string;
  /** Makes a task the current one; returns what PyTorch computes on. */
  prepare(task: PytorchTask): Promise<string>;
  /** Trains from the initial parameters. */
  run(mode: Mode): Promise<PytorchRun>;
}

/** An answer, or the error that `peer.py` answers with. */
async function answerOf<Answer extends object>(child: PythonChild, request: unknown): Promise<Answer> {
  const answer = await child.ask<Answer | { readonly error: string }>(request);
  if ("error" in answer) throw new Error(answer.error);
  return answer;
}

/**
 * Starts it.
 *
 * @throws {Error} in one sentence, where there is no such Python, or it has no PyTorch
 */
export async function startPytorch(python: string): Promise<Pytorch> {
  const version = await torchVersion(python);
  const child = startChild(python, new URL("peer.py", import.meta.url));
  return {
    version,
    prepare: async (task) => (await answerOf<{ readonly device: string }>(child, task)).device,
    run: (mode) => answerOf(child, { mode }),
    [Symbol.dispose]: () => child[Symbol.dispose](),
  };
}
