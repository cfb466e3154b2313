import type { Examples } from "./evaluation.ts";
import type { Model } from "./model.ts";
import { variableSpecs } from "./variables.ts";

/** What a training will take, in bytes. */
export interface Estimate {
  /** All snapshots together, and the checkpoints that they are made from: at least as large, twice at most. */
  readonly disk: number;
  /** The process at its largest, roughly. */
  readonly memory: number;
}

/** Deno, TensorFlow.js and an engine, with room to spare: trainings on MNIST were seen to peak at 240 to 360 MB in all. */
const baseMemory = 300 * 2 ** 20;

/** Estimates what a training needs, so that one that cannot fit is refused before it starts. */
export function estimateTraining(
  model: Model,
  { batch, snapshots, train, test }: {
    readonly batch: number;
    /** How many are kept. */
    readonly snapshots: number;
    readonly train: Examples;
    readonly test: Examples;
  },
): Estimate {
  const sizes = Object.values(variableSpecs(model)).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const variables = 4 * sizes.reduce((a, b) => a + b, 0);
  const examples = [train, test].reduce((sum, set) => sum + set.images.byteLength + set.labels.byteLength, 0);
  const units = model.units + model.input[0] * model.input[1] * model.input[2];
  return {
    disk: 3 * snapshots * variables,
    // Variables, velocities and gradients, before and after a step, here and in the engine; each layer before and after its
    // nonlinearity, with gradients, and what the engine lays out for a product. A ResNet18 was seen to peak at 2.5 GB.
    memory: baseMemory + examples + 12 * variables + 5 * 4 * units * batch,
  };
}

/**
 * Refuses a training that cannot fit.
 *
 * @param needed bytes, as {@linkcode estimateTraining} has them
 * @param granted bytes; 0 where that is not stated
 * @throws {Error} where it needs more than is granted
 */
export function checkMemory(needed: number, granted: number): void {
  if (granted === 0 || needed <= granted) return;
  throw new Error(
    `Training needs about ${formatBytes(needed)} of memory, but resources.memory grants ${formatBytes(granted)}; ` +
      "grant more, or take a smaller model or batch",
  );
}

/** A number of bytes for people, in powers of 1,000. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${units[power]}`;
}
