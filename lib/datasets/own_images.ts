import { join } from "node:path";
import type { DescribedDataset, Split } from "./dataset.ts";
import { readArraySplit } from "./array_split.ts";
import { classFolders, readImageSplit } from "./image_split.ts";
import { datasetDigest, inCanonicalOrder } from "./record_order.ts";

/** What a data set of one's own is called, and how it is read. */
export interface OwnImages {
  /** The data set's name, in tables. */
  readonly name: string;
  /** The classes' names, by label; of a folder of images those of the folders. */
  readonly classes?: readonly string[] | undefined;
  /** Called with the number of images read so far, and of all. */
  readonly progress: (done: number, total: number) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const splitNames = ["train", "test"] as const;
/** Labels are bytes. */
const mostClasses = 256;

/**
 * Reads a folder of one's own images, in canonical order: folders `train` and `test` of a folder a class of images (PNG or
 * JPEG), or `train` and `test` as `.npz` or `.safetensors` with the arrays `images` and `labels`. Classes are numbered in the
 * order of their folders' names (by code points), whatever the file system's.
 *
 * @throws {Error} naming the file or folder, what was found and what was expected
 */
export async function readOwnImages(folder: string, how: OwnImages): Promise<DescribedDataset> {
  const endings = await endingsOf(folder);
  const { classes, train, test } = endings === ""
    ? await fromFolders(folder, how)
    : await fromArrays(folder, endings, how);
  if (`${train.shape}` !== `${test.shape}`) {
    const [trained, tested] = [train, test].map(({ shape }) => shape.join(" x "));
    throw new Error(`${folder}: test images of ${tested}, expected ${trained}, as those of the train set`);
  }
  if (classes.length < 2 || classes.length > mostClasses) {
    throw new Error(`${folder}: ${classes.length} classes, expected 2 to ${mostClasses}`);
  }
  const ordered = { train: inCanonicalOrder(train), test: inCanonicalOrder(test) };
  return { name: how.name, classes, ...ordered, digest: datasetDigest(ordered.train, ordered.test) };
}

/** How both splits' names end: with nothing, `.npz` or `.safetensors`. */
async function endingsOf(folder: string): Promise<string> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!name.startsWith(".")) found.push(isDirectory ? `${name}/` : name);
  }
  const ending = ["/", ".npz", ".safetensors"].filter((ending) =>
    splitNames.every((split) => found.includes(`${split}${ending}`))
  );
  if (ending.length === 1) return ending[0]!.replace("/", "");
  throw new Error(
    `${folder}: found ${found.toSorted().join(", ") || "nothing"}; expected folders train and test with a folder of ` +
      `images a class in each, or train.npz and test.npz, or train.safetensors and test.safetensors${
        ending.length > 1 ? ", and only one of these" : ""
      }`,
  );
}

type Splits = { readonly classes: readonly string[]; readonly train: Split; readonly test: Split };

async function fromFolders(folder: string, { classes: given, progress, signal }: OwnImages): Promise<Splits> {
  if (given !== undefined) {
    throw new Error(`${folder}: the names of the folders name the classes; leave \`classes\` away`);
  }
  const [train, test] = [await classFolders(join(folder, "train")), await classFolders(join(folder, "test"))];
  const classes = [...new Set([...train.keys(), ...test.keys()])].toSorted();
  const total = [...train.values(), ...test.values()].reduce((sum, paths) => sum + paths.length, 0);
  let done = 0;
  const decoded = () => {
    signal.throwIfAborted();
    progress(++done, total);
  };
  return {
    classes,
    train: await readImageSplit(join(folder, "train"), train, classes, decoded),
    test: await readImageSplit(join(folder, "test"), test, classes, decoded),
  };
}

async function fromArrays(folder: string, ending: string, { classes: given }: OwnImages): Promise<Splits> {
  const [train, test] = [
    await readArraySplit(join(folder, `train${ending}`), given?.length ?? mostClasses),
    await readArraySplit(join(folder, `test${ending}`), given?.length ?? mostClasses),
  ];
  const largest = [train, test].reduce((most, { labels }) => labels.reduce((a, b) => Math.max(a, b), most), 0);
  return { classes: given ?? Array.from({ length: largest + 1 }, (_, label) => `${label}`), train, test };
}
