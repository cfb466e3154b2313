import { join } from "node:path";
import { z } from "zod";
import { readSafetensors, tensorNamed, writeSafetensors } from "../formats/safetensors.ts";

/** Images and labels of a train or a test set, in canonical order (see {@link ./record_order.ts}). */
export interface Split {
  /** `[count, height, width, channels]`, 0 to 255, row by row. */
  readonly images: Uint8Array;
  /** `[count]`, the index of each image's class. */
  readonly labels: Uint8Array;
  /** `[height, width, channels]` of one image. */
  readonly shape: readonly [number, number, number];
  /** Number of images. */
  readonly count: number;
}

/** A labelled set of images. */
export interface Dataset {
  /** As `with.dataset` names it, e.g. `mnist`. */
  readonly name: string;
  /** The classes' names; a label is an index into them. */
  readonly classes: readonly string[];
  /** What networks are trained on. */
  readonly train: Split;
  /** What they are tested on. */
  readonly test: Split;
}

/** A dataset with the digest of its records. */
export interface DescribedDataset extends Dataset {
  /** Order-independent digest of all records, see {@link ./record_order.ts}. */
  readonly digest: string;
}

const description = z.strictObject({
  name: z.string(),
  classes: z.array(z.string()).min(1).max(256),
  shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  counts: z.strictObject({ train: z.int().min(0), test: z.int().min(0) }),
  digest: z.string(),
});

/**
 * Writes a dataset to a new folder: `train.safetensors` and `test.safetensors` (`images` U8 `[n, h, w, c]`, `labels` U8
 * `[n]`), and `dataset.json`, which describes them.
 */
export async function writeDataset(folder: string, dataset: DescribedDataset): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const name of ["train", "test"] as const) {
    const { images, labels, shape, count } = dataset[name];
    await writeSafetensors(join(folder, `${name}.safetensors`), {
      tensors: {
        images: { dtype: "U8", shape: [count, ...shape], data: images },
        labels: { dtype: "U8", shape: [count], data: labels },
      },
      metadata: { dataset: dataset.name, split: name },
    });
  }
  const { name, classes, train, test, digest } = dataset;
  const content = { name, classes, shape: train.shape, counts: { train: train.count, test: test.count }, digest };
  await Deno.writeTextFile(join(folder, "dataset.json"), JSON.stringify(content, null, 2) + "\n");
}

/**
 * Reads a dataset that {@linkcode writeDataset} wrote.
 *
 * @throws {Error} naming the file, where one is missing or damaged, or the files disagree
 */
export async function readDataset(folder: string): Promise<DescribedDataset> {
  const path = join(folder, "dataset.json");
  const { name, classes, shape, counts, digest } = parseDescription(await Deno.readTextFile(path), path);
  const [train, test] = await Promise.all([
    readSplit(join(folder, "train.safetensors"), shape, counts.train, classes.length),
    readSplit(join(folder, "test.safetensors"), shape, counts.test, classes.length),
  ]);
  return { name, classes, train, test, digest };
}

/**
 * Mean and standard deviation (of the population) of every channel's pixel values divided by 255, over all images: what
 * networks normalise their input by. Computed in float64 from exact counts of the 256 values.
 *
 * @throws {Error} where a channel is constant, since it cannot be normalised
 */
export function channelStatistics(split: Split): { mean: number[]; deviation: number[] } {
  const channels = split.shape[2];
  const histogram = new Float64Array(channels * 256);
  const { images } = split;
  for (let at = 0; at < images.length; at += channels) {
    for (let channel = 0; channel < channels; channel++) histogram[channel * 256 + images[at + channel]!]!++;
  }
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const counts = histogram.subarray(channel * 256, channel * 256 + 256);
    const pixels = counts.reduce((sum, count) => sum + count, 0);
    const centre = counts.reduce((sum, count, value) => sum + count * value, 0) / pixels;
    const variance = counts.reduce((sum, count, value) => sum + count * (value - centre) ** 2, 0) / pixels;
    if (!(variance > 0)) {
      throw new Error(`Channel ${channel + 1} of the images has one value everywhere and cannot be normalised`);
    }
    mean.push(centre / 255);
    deviation.push(Math.sqrt(variance) / 255);
  }
  return { mean, deviation };
}

function parseDescription(text: string, path: string): z.output<typeof description> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${path}: not JSON; run the fetch stage again`);
  }
  const parsed = description.safeParse(json);
  if (!parsed.success) {
    throw new Error(`${path}: not the description of a dataset: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

async function readSplit(
  path: string,
  shape: readonly [number, number, number],
  count: number,
  classes: number,
): Promise<Split> {
  const file = await readSafetensors(path);
  const images = tensorNamed(file, "images", "U8", path);
  const labels = tensorNamed(file, "labels", "U8", path);
  const expected = [count, ...shape];
  if (images.shape.length !== 4 || images.shape.some((size, axis) => size !== expected[axis])) {
    throw new Error(`${path}: images of shape [${images.shape.join(", ")}], expected [${expected.join(", ")}]`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new Error(`${path}: labels of shape [${labels.shape.join(", ")}], expected [${count}]`);
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new Error(
      `${path}: label ${labels.data[wrong]} of record ${wrong + 1} is out of range; expected 0 to ${classes - 1}`,
    );
  }
  return { images: images.data, labels: labels.data, shape, count };
}
