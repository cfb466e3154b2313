import { join } from "node:path";
import { decodeImage, type Image } from "../formats/image.ts";
import type { Split } from "./dataset.ts";

const isImageName = (name: string): boolean => /\.(png|jpe?g)$/i.test(name);

/**
 * The images' paths in each folder of a split, by the folder's name; both sorted. Hidden files are passed over.
 *
 * @throws {Error} naming what is neither a folder of images nor a PNG or JPEG file in one, by its name
 */
export async function classFolders(folder: string): Promise<Map<string, readonly string[]>> {
  const classes = new Map<string, readonly string[]>();
  for (const { name, isDirectory } of await entriesOf(folder)) {
    if (!isDirectory) {
      throw new Error(`${join(folder, name)}: a file, expected a folder of images named by their class`);
    }
    const paths = (await entriesOf(join(folder, name))).map((entry) => {
      const path = join(folder, name, entry.name);
      if (entry.isDirectory) throw new Error(`${path}: a folder, expected images of the class "${name}"`);
      if (!isImageName(entry.name)) throw new Error(`${path}: not an image by its name, expected .png, .jpg or .jpeg`);
      return path;
    });
    classes.set(name, paths);
  }
  return classes;
}

/**
 * Decodes the images of a split, which must have one size and be all in grayscale or all in colour.
 *
 * @param folder of the split
 * @param paths of each class
 * @param classes all of them, in the order of their labels
 * @param decoded called after each image
 * @throws {Error} naming the file that cannot be decoded or differs from the first, or the folder where there is none
 */
export async function readImageSplit(
  folder: string,
  paths: ReadonlyMap<string, readonly string[]>,
  classes: readonly string[],
  decoded: () => void,
): Promise<Split> {
  const files = classes.flatMap((name, label) => (paths.get(name) ?? []).map((path) => ({ path, label })));
  if (files.length === 0) throw new Error(`${folder}: no images, expected a folder of them a class`);
  let first: Image | undefined;
  let images = new Uint8Array(0);
  for (const [index, { path }] of files.entries()) {
    const image = await decodeImage(await Deno.readFile(path), path);
    if (first === undefined) {
      first = image;
      images = new Uint8Array(files.length * image.pixels.length);
    }
    if (describe(image) !== describe(first)) {
      throw new Error(`${path}: ${describe(image)}, expected ${describe(first)}, as of ${files[0]!.path}`);
    }
    images.set(image.pixels, index * image.pixels.length);
    decoded();
  }
  const { height, width, channels } = first!;
  const labels = Uint8Array.from(files, ({ label }) => label);
  return { images, labels, shape: [height, width, channels], count: files.length };
}

function describe({ height, width, channels }: Image): string {
  return `${height} x ${width} (height x width) in ${channels === 1 ? "grayscale" : "colour"}`;
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  const entries: Deno.DirEntry[] = [];
  for await (const entry of Deno.readDir(folder)) if (!entry.name.startsWith(".")) entries.push(entry);
  return entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
}
