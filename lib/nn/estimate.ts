import { evaluationBatch } from "../runtimes/evaluation_batch.ts";
import type { Examples } from "./evaluation.ts";
import { evaluationProgram } from "./forward.ts";
import type { Model } from "./model.ts";
import type { TrainingOptions } from "./training.ts";
import { trainingProgram } from "./training_program.ts";
import { variableSpecs } from "./variables.ts";

/** The most memory that the process of a training takes, in bytes, by what takes it. */
export interface MemoryEstimate {
  /** Parameters, statistics and velocities, in all the copies that there are of them at once. */
  readonly variables: number;
  /** What steps of training and of evaluation compute. */
  readonly activations: number;
  /** Images and labels of both sets. */
  readonly data: number;
  /** Deno, TensorFlow.js and an engine. */
  readonly engine: number;
}

/** Before the first step 150 to 200 MB were seen, some of it for the nodes of the graphs, which count as activations. */
const engineBytes = 240e6;

/**
 * Copies of variables and velocities: what a step begins with, here and in the engine, what it ends with, and what earlier epochs
 * returned that is not collected yet.
 */
const copies = 5;

/** What of a training {@linkcode estimateMemory} needs. */
export type EstimatedTraining = Pick<
  TrainingOptions,
  "model" | "normalisation" | "loss" | "augmentation" | "optimizer" | "batch" | "train" | "test" | "runtime"
>;

/**
 * Estimates the most memory that a training takes, from the graphs of its programs, without allocating any of it. Where the
 * engine computes in memory of its own, activations do not count.
 */
export async function estimateMemory(training: EstimatedTraining): Promise<MemoryEstimate> {
  const { model, normalisation, loss, augmentation, optimizer, batch, train, test, runtime } = training;
  const step = trainingProgram(model, normalisation, optimizer, { loss, augmentation });
  const evaluation = evaluationProgram(model, normalisation, loss);
  const most = evaluationBatch(model.layers.map(({ size }) => size));
  const activations = [
    await runtime.memory?.(step, batchesOf(train, batch)),
    await runtime.memory?.(evaluation, [...batchesOf(train, most), ...batchesOf(test, most)]),
  ];
  const state = bytesOf(variableSpecs(model)) + bytesOf(model.parameters);
  const data = [train, test].reduce((sum, { images, labels }) => sum + images.byteLength + labels.byteLength, 0);
  return {
    variables: copies * state,
    activations: activations.reduce<number>((sum, bytes = 0) => sum + bytes, 0),
    data,
    engine: engineBytes,
  };
}

/**
 * Estimates the bytes that all snapshots of a training take, with the checkpoints that they are made from: at least as large as
 * the snapshots, twice at most.
 */
export function estimateDisk(model: Model, snapshots: number): number {
  return 3 * snapshots * bytesOf(variableSpecs(model));
}

/** Memory that a training may take, in bytes. */
export interface AvailableMemory {
  /** What the stage was granted; 0 where that is not stated. */
  readonly memory: number;
  /** What there is. */
  readonly machineMemory: number;
}

/**
 * Refuses a training that cannot fit.
 *
 * @throws {Error} where it needs more than is granted or there is, saying for what, and what can be done
 */
export function checkMemory(estimate: MemoryEstimate, { memory, machineMemory }: AvailableMemory): void {
  const needed = totalMemory(estimate);
  const isGranted = memory !== 0 && memory <= machineMemory;
  if (needed <= (isGranted ? memory : machineMemory)) return;
  const there = isGranted
    ? `resources.memory grants ${formatBytes(memory)}`
    : `there are ${formatBytes(machineMemory)} for the whole of this machine or container`;
  const smaller = estimate.activations > estimate.variables
    ? "take a smaller batch, width or depth"
    : "take a smaller width or depth";
  const cure = isGranted && needed <= machineMemory ? `grant more, or ${smaller}` : smaller;
  throw new Error(`Training needs about ${memoryText(estimate)}, but ${there}; ${cure}`);
}

/** An estimate for people: the sum, and its parts. */
export function memoryText(estimate: MemoryEstimate): string {
  const [all, variables, activations, data, engine] = [
    totalMemory(estimate),
    estimate.variables,
    estimate.activations,
    estimate.data,
    estimate.engine,
  ].map(formatBytes);
  return `${all} of memory (${variables} for variables, ${activations} for activations and gradients, ${data} for data, ` +
    `${engine} for the engine)`;
}

/** All parts together. */
export function totalMemory({ variables, activations, data, engine }: MemoryEstimate): number {
  return variables + activations + data + engine;
}

/** A number of bytes for people, in powers of 1,000. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${units[power]}`;
}

/** The sizes of the batches in which examples are gone through. */
function batchesOf({ labels: { length } }: Examples, batch: number): number[] {
  const [whole, last] = [length >= batch ? [batch] : [], length % batch];
  return last === 0 ? whole : [...whole, last];
}

/** Bytes of float32 tensors. */
function bytesOf(specs: Readonly<Record<string, { readonly shape: readonly number[] }>>): number {
  return Object.values(specs).reduce((sum, { shape }) => sum + 4 * shape.reduce((size, extent) => size * extent, 1), 0);
}
