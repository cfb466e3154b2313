import { z } from "zod";
import { Random } from "./random.ts";

/** How many examples of each class are taken, as a pipeline file writes it. */
export const samplesParameter: z.ZodDefault<
  z.ZodNullable<z.ZodObject<{ each: z.ZodInt; seed: z.ZodDefault<z.ZodInt> }, z.core.$strict>>
> = z.strictObject({
  each: z.int().min(1).meta({ description: "Examples of each class; a class with fewer gives all" }),
  seed: z.int().min(0).default(0).meta({ description: "Decides which, whatever the training's seed" }),
}).nullable().default(null).meta({ description: "A sample of each set; null for all of it" });

/** How many examples of each class are taken. */
export type Samples = NonNullable<z.output<typeof samplesParameter>>;

/** Images with labels. */
export interface LabelledImages {
  /** Pixels, as many of each image, in the order of the labels. */
  readonly images: Uint8Array;
  /** `[count]`, in canonical order. */
  readonly labels: Uint8Array;
  /** Number of images. */
  readonly count: number;
}

/**
 * The indices, ascending, of a sample of each class: those of the least hashes of index, seed and set. Which they are does
 * not depend on any order of going through them; a larger sample has all of a smaller one.
 *
 * @param labels in canonical order
 * @param set the set's name: two sets have samples of their own
 */
export function classSample(labels: Uint8Array, { each, seed }: Samples, set: string): Int32Array {
  const key = new Random(seed, `sample of the ${set} set`).bits();
  const hashes = Uint32Array.from(labels, (_, index) => mixed(mixed(index) ^ key));
  const classes = Map.groupBy(labels.keys(), (index) => labels[index]!);
  const taken = [...classes.values()].flatMap((indices) =>
    indices.sort((a, b) => hashes[a]! - hashes[b]! || a - b).slice(0, each)
  );
  return Int32Array.from(taken).sort();
}

/** A data set of a sample of each class of both sets, if one is asked for; the labels that it has decide. */
export function withSamples<T extends { readonly train: LabelledImages; readonly test: LabelledImages }>(
  dataset: T,
  samples: Samples | null,
): T {
  if (samples === null) return dataset;
  const sample = (name: "train" | "test") => {
    const set = dataset[name];
    const indices = classSample(set.labels, samples, name);
    const size = set.images.length / set.count;
    const images = new Uint8Array(indices.length * size);
    indices.forEach((index, row) => images.set(set.images.subarray(index * size, (index + 1) * size), row * size));
    return { ...set, images, labels: Uint8Array.from(indices, (index) => set.labels[index]!), count: indices.length };
  };
  return { ...dataset, train: sample("train"), test: sample("test") };
}

/** The 32-bit finaliser of MurmurHash3 (Appleby): every bit of the input bears on every bit of the output. */
function mixed(bits: number): number {
  let hash = bits ^ (bits >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
