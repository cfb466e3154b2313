import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { ExampleSpec } from "../runtimes/program.ts";
import { Random } from "./random.ts";

/** How train images are varied from epoch to epoch, as a pipeline file writes it. */
export const augmentationParameter: z.ZodObject<{
  pad: z.ZodDefault<z.ZodInt>;
  flip: z.ZodDefault<z.ZodBoolean>;
}, z.core.$strict> = z.strictObject({
  pad: z.int().min(0).default(4).meta({
    description: "Black pixels added on each side, of which a window of the image's size is taken at random",
  }),
  flip: z.boolean().default(true).meta({ description: "Mirror each image, left to right, with probability 1/2" }),
});

/** How train images are varied from epoch to epoch. */
export type Augmentation = z.output<typeof augmentationParameter>;

/** What is drawn for an image in an epoch: the first row and column of its window in the padded image; 1 where mirrored. */
export const placementSpec: ExampleSpec = { shape: [3], dtype: "int32" };

/** Draws the placements of all images in an epoch, each uniformly: `[count, 3]`, see {@linkcode placementSpec}. */
export function drawPlacements({ pad, flip }: Augmentation, seed: number, epoch: number, count: number): Int32Array {
  const random = new Random(seed, `augmentation of epoch ${epoch}`);
  const placements = new Int32Array(3 * count);
  for (let at = 0; at < placements.length; at += 3) {
    placements[at] = random.integer(2 * pad + 1);
    placements[at + 1] = random.integer(2 * pad + 1);
    placements[at + 2] = flip ? random.integer(2) : 0;
  }
  return placements;
}

/** The placements that leave all images as they are. */
export function stillPlacements({ pad }: Augmentation, count: number): Int32Array {
  return Int32Array.from({ length: 3 * count }, (_, at) => at % 3 === 2 ? 0 : pad);
}

/**
 * Pads images with zeros, takes a window of the original size and mirrors it where that was drawn: torchvision's
 * `RandomCrop(size, padding=pad)` and `RandomHorizontalFlip` of the pixels before they are normalised. Values are moved, never
 * computed with, so every runtime gives the same.
 *
 * @param images `[batch, height, width, channels]`, int32
 * @param placements `[batch, 3]`, int32, see {@linkcode placementSpec}
 * @returns the shape and type of the images
 */
export function augmented(images: tf.Tensor, placements: tf.Tensor, pad: number): tf.Tensor {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [rows, columns] = [height + 2 * pad, width + 2 * pad];
  const padded = tf.pad(images, [[0, 0], [pad, pad], [pad, pad], [0, 0]]);
  const [top, left, mirrored] = [0, 1, 2].map((at) => tf.slice(placements, [0, at], [batch, 1])) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  // Which row, then which pixel, of all padded images in one row: the first window column, or the last one and backwards.
  const row = tf.add(integers(batch, (image) => image * rows, [batch, 1]), tf.add(top, integers(height, (y) => y)));
  const backwards = tf.mul(mirrored, integers(width, (x) => width - 1 - 2 * x));
  const column = tf.add(left, tf.add(integers(width, (x) => x), backwards));
  const first = tf.mul(tf.reshape(row, [batch, height, 1]), tf.scalar(columns, "int32"));
  const pixels = tf.add(first, tf.reshape(column, [batch, 1, width]));
  const flat = tf.reshape(padded, [batch * rows * columns, channels]);
  return tf.reshape(tf.gather(flat, tf.reshape(pixels, [batch * height * width])), images.shape);
}

function integers(count: number, value: (index: number) => number, shape: number[] = [count]): tf.Tensor {
  return tf.tensor(Int32Array.from({ length: count }, (_, index) => value(index)), shape, "int32");
}
