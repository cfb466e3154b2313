import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import { zipSync } from "fflate";
import { describeClasses } from "../../lib/datasets/class_counts.ts";
import { readOwnImages } from "../../lib/datasets/own_images.ts";
import { encodeSafetensors, type StoredTensor } from "../../lib/formats/safetensors.ts";
import { npyFile } from "../formats/npy_sample.ts";

const how = { name: "own", progress: () => {}, signal: new AbortController().signal };

type Files = Readonly<Record<string, Uint8Array>>;

/** Reads a folder of these files, in a folder that messages call FOLDER. */
async function read(
  files: Files,
  options: { classes?: string[]; progress?: (done: number, total: number) => void } = {},
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, bytes] of Object.entries(files)) {
      await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
      await Deno.writeFile(join(folder, path), bytes);
    }
    return await readOwnImages(folder, { ...how, ...options });
  } catch (error) {
    throw new Error((error as Error).message.replaceAll(folder, "FOLDER"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A PNG of 2 x 1 pixels of one value, of 1 or 3 channels. */
function png(value: number, channels = 1, width = 2): Uint8Array {
  return encode({ width, height: 1, channels, data: new Uint8Array(width * channels).fill(value) });
}

const folders: Files = {
  "train/oak/1.png": png(10),
  "train/oak/2.PNG": png(11),
  "train/Elm/1.png": png(20),
  "train/ash/1.png": png(30),
  "train/.DS_Store": new Uint8Array(3),
  "train/oak/.hidden": new Uint8Array(3),
  "test/oak/1.png": png(40),
  "test/Elm/a.png": png(50),
};

Deno.test("readOwnImages() reads folders of images: classes are the folders, in the order of their names", async () => {
  const seen: [number, number][] = [];
  const dataset = await read(folders, { progress: (done, total) => seen.push([done, total]) });
  assert.deepEqual([dataset.name, dataset.classes], ["own", ["Elm", "ash", "oak"]]);
  const records = ({ images, labels }: typeof dataset.train) =>
    [...labels].map((label, at) => `${dataset.classes[label]} ${images[2 * at]} ${images[2 * at + 1]}`).sort();
  assert.deepEqual(dataset.train.shape, [1, 2, 1]);
  assert.deepEqual(records(dataset.train), ["Elm 20 20", "ash 30 30", "oak 10 10", "oak 11 11"]);
  assert.deepEqual(records(dataset.test), ["Elm 50 50", "oak 40 40"]);
  assert.deepEqual([seen.length, seen.at(-1)], [6, [6, 6]]);
});

Deno.test("readOwnImages() gives the same bytes whatever the files of a class are called, and another digest for another pixel", async () => {
  const { "train/oak/1.png": moved, ...others } = folders;
  const renamed = { ...others, "train/oak/zzz.png": moved! };
  assert.deepEqual(await read(renamed), await read(folders));
  const changed = { ...folders, "test/oak/1.png": png(41) };
  assert.notEqual((await read(changed)).digest, (await read(folders)).digest);
});

Deno.test("describeClasses() tells of classes that are not balanced or missing", async () => {
  assert.deepEqual(describeClasses(await read(folders)), [
    'train: 4 images, 1 ("Elm") to 2 ("oak") of a class: not balanced',
    "test: 2 images, 1 of each class that is there",
    'test: no image of "ash"; what is measured there leaves them out',
  ]);
});

Deno.test("readOwnImages() names the file or folder that is not as expected", async () => {
  const cases: [Files, string][] = [
    [
      { "train/a/1.png": png(1), "validation/a/1.png": png(1) },
      "FOLDER: found train/, validation/; expected folders train and test with a folder of images a class in each, " +
      "or train.npz and test.npz, or train.safetensors and test.safetensors",
    ],
    [
      { ...folders, "train.npz": png(1), "test.npz": png(1) },
      "FOLDER: found test.npz, test/, train.npz, train/; expected folders train and test with a folder of images a class " +
      "in each, or train.npz and test.npz, or train.safetensors and test.safetensors, and only one of these",
    ],
    [
      { ...folders, "train/1.png": png(1) },
      "FOLDER/train/1.png: a file, expected a folder of images named by their class",
    ],
    [{ ...folders, "test/oak/x/1.png": png(1) }, 'FOLDER/test/oak/x: a folder, expected images of the class "oak"'],
    [
      { ...folders, "train/oak/notes.txt": png(1) },
      "FOLDER/train/oak/notes.txt: not an image by its name, expected .png, .jpg or .jpeg",
    ],
    [
      { ...folders, "train/oak/3.png": png(1, 1, 3) },
      "FOLDER/train/oak/3.png: 1 x 3 (height x width) in grayscale, expected 1 x 2 (height x width) in grayscale, " +
      "as of FOLDER/train/Elm/1.png",
    ],
    [
      { ...folders, "test/oak/1.png": png(1, 3) },
      "FOLDER/test/oak/1.png: 1 x 2 (height x width) in colour, expected 1 x 2 (height x width) in grayscale, " +
      "as of FOLDER/test/Elm/a.png",
    ],
    [{ "train/a/1.png": png(1), "test/a/1.png": png(1) }, "FOLDER: 1 classes, expected 2 to 256"],
    [
      { "train/a/1.png": png(1), "train/b/1.png": png(1), "test/a/.keep": png(1) },
      "FOLDER/test: no images, expected a folder of them a class",
    ],
    [
      {
        "train/a/1.png": png(1),
        "train/b/1.png": png(1),
        "test/a/1.png": png(1, 3),
      },
      "FOLDER: test images of 1 x 2 x 3, expected 1 x 2 x 1, as those of the train set",
    ],
  ];
  for (const [files, message] of cases) await assert.rejects(read(files), { message });
  await assert.rejects(read({ ...folders, "test/Elm/a.png": png(1).subarray(0, 50) }), {
    message: /^FOLDER\/test\/Elm\/a\.png: not a complete PNG file: /,
  });
  await assert.rejects(read(folders, { classes: ["a", "b", "c"] }), {
    message: "FOLDER: the names of the folders name the classes; leave `classes` away",
  });
});

const bytes = (data: StoredTensor["data"]) => new Uint8Array(data.buffer);
const names = { U8: "|u1", I32: "<i4", I64: "<i8", F32: "<f4", F64: "<f8" } as const;
const encoders = {
  npz: (tensors: Readonly<Record<string, StoredTensor>>) =>
    zipSync(Object.fromEntries(
      Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
        return [`${name}.npy`, npyFile(names[dtype], shape, bytes(data))];
      }),
    )),
  safetensors: (tensors: Readonly<Record<string, StoredTensor>>) => encodeSafetensors({ tensors, metadata: {} }),
};

const images = { dtype: "U8", shape: [3, 1, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const;
const labels = { dtype: "I64", shape: [3], data: BigInt64Array.of(0n, 3n, 1n) } as const;
const testArrays = {
  images: { dtype: "U8", shape: [1, 1, 2, 1], data: Uint8Array.of(9, 9) },
  labels: { dtype: "I32", shape: [1], data: Int32Array.of(3) },
} as const;

for (const [ending, encoded] of Object.entries(encoders)) {
  const pair = (train: Readonly<Record<string, StoredTensor>>, test: typeof train = testArrays): Files => ({
    [`train.${ending}`]: encoded(train),
    [`test.${ending}`]: encoded(test),
  });

  Deno.test(`readOwnImages() reads a pair of ${ending} files, with one channel where none is named`, async () => {
    const dataset = await read(pair({ images, labels }));
    assert.deepEqual([dataset.classes, dataset.train.shape], [["0", "1", "2", "3"], [1, 2, 1]]);
    const records = [...dataset.train.labels].map((label, at) => `${label}: ${dataset.train.images[2 * at]}`);
    assert.deepEqual(records.sort(), ["0: 1", "1: 5", "3: 3"]);
    assert.deepEqual([...dataset.test.labels, ...dataset.test.images], [3, 9, 9]);
    const named = await read(pair({ images, labels }), { classes: ["a", "b", "c", "d", "e"] });
    assert.deepEqual([named.classes.length, named.digest], [5, dataset.digest]);
  });

  Deno.test(`readOwnImages() names the ${ending} file that is damaged or holds other arrays`, async () => {
    const expected = "expected U8 (0 to 255) of shape [count, height, width] or [count, height, width, channels] " +
      "with at most 4 channels, which stand last";
    const floats = { dtype: "F32", shape: [3, 1, 2], data: new Float32Array(6) } as const;
    const channelsFirst = { dtype: "U8", shape: [1, 3, 8, 8], data: new Uint8Array(192) } as const;
    const cases: [Readonly<Record<string, StoredTensor>>, string][] = [
      [{ images }, `no array named "labels"; found images, expected images and labels`],
      [{ images: floats, labels }, `images are F32 of shape [3, 1, 2], ${expected}`],
      [{ images: channelsFirst, labels }, `images are U8 of shape [1, 3, 8, 8], ${expected}`],
      [
        { images, labels: { dtype: "F64", shape: [3], data: new Float64Array(3) } },
        "labels are F64 of shape [3], expected whole numbers (U8, I32 or I64) of shape [3], one an image",
      ],
      [
        { images, labels: { dtype: "U8", shape: [2], data: new Uint8Array(2) } },
        "labels are U8 of shape [2], expected whole numbers (U8, I32 or I64) of shape [3], one an image",
      ],
      [
        { images, labels: { ...labels, data: BigInt64Array.of(0n, -1n, 1n) } },
        "label -1 of record 2 is out of range; expected 0 to 255",
      ],
    ];
    for (const [arrays, message] of cases) {
      await assert.rejects(read(pair(arrays)), { message: `FOLDER/train.${ending}: ${message}` });
    }
    await assert.rejects(read(pair({ images, labels }), { classes: ["a", "b", "c"] }), {
      message: `FOLDER/train.${ending}: label 3 of record 2 is out of range; expected 0 to 2`,
    });
    const whole = pair({ images, labels });
    const cut = { ...whole, [`test.${ending}`]: whole[`test.${ending}`]!.subarray(0, 90) };
    await assert.rejects(read(cut), {
      message: new RegExp(`^FOLDER/test\\.${ending}: not a complete ${ending} file: `),
    });
  });
}
