import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { unpack } from "../../lib/datasets/archive.ts";
import { readCifarBinary } from "../../lib/datasets/cifar_binary.ts";
import { readDigitCrops } from "../../lib/datasets/digit_crops.ts";
import { readIdxPair } from "../../lib/datasets/idx.ts";
import { matlabFile } from "../formats/matlab_sample.ts";
import { cifarRecord, idxFile, tarGz } from "./sample.ts";

const images = { name: "images", bytes: idxFile(0x803, [2, 1, 3], [1, 2, 3, 4, 5, 6]) };
const labels = { name: "labels", bytes: idxFile(0x801, [2], [9, 0]) };

Deno.test("readIdxPair() reads images, labels and their shape", () => {
  assert.deepEqual(readIdxPair(images, labels, 10), {
    images: Uint8Array.of(1, 2, 3, 4, 5, 6),
    labels: Uint8Array.of(9, 0),
    shape: [1, 3, 1],
    count: 2,
  });
});

Deno.test("readIdxPair() names the damaged file and its fault", () => {
  const cases: [Uint8Array, Uint8Array, string][] = [
    [
      labels.bytes,
      labels.bytes,
      "images: truncated: 10 bytes, an idx file of images starts with 16",
    ],
    [
      idxFile(0x801, [2, 1, 3], [1, 2, 3, 4, 5, 6]),
      labels.bytes,
      "images: wrong magic number 0x00000801; an idx file of images has 0x00000803",
    ],
    [images.bytes.subarray(0, 21), labels.bytes, "images: truncated: 5 bytes of images, expected 2 x 1 x 3 = 6"],
    [
      idxFile(0x803, [2, 1, 3], [1, 2, 3, 4, 5, 6, 7]),
      labels.bytes,
      "images: too long: 7 bytes of images, expected 2 x 1 x 3 = 6",
    ],
    [images.bytes, idxFile(0x801, [3], [0, 1, 2]), "labels: 3 labels for the 2 images of images"],
    [images.bytes, idxFile(0x801, [2], [0, 10]), "labels: label 10 of record 2 is out of range; expected 0 to 9"],
  ];
  for (const [imageBytes, labelBytes, message] of cases) {
    assert.throws(
      () => readIdxPair({ name: "images", bytes: imageBytes }, { name: "labels", bytes: labelBytes }, 10),
      { message },
    );
  }
});

Deno.test("readCifarBinary() turns planes of channels into pixels", () => {
  const bytes = cifarRecord(3, [10, 20, 30]);
  bytes[1 + 33] = 11; // red, row 1, column 1
  const split = readCifarBinary([{ name: "a", bytes }, { name: "b", bytes: cifarRecord(9, [1, 2, 3]) }], 1, 10);
  assert.deepEqual([split.count, split.shape, [...split.labels]], [2, [32, 32, 3], [3, 9]]);
  assert.deepEqual([...split.images.subarray(0, 3)], [10, 20, 30]);
  assert.deepEqual([...split.images.subarray(33 * 3, 33 * 3 + 3)], [11, 20, 30]);
  assert.deepEqual([...split.images.subarray(3072, 3075)], [1, 2, 3]);
});

Deno.test("readCifarBinary() names the damaged file and its fault", () => {
  const record = cifarRecord(10, [0, 0, 0]);
  assert.throws(() => readCifarBinary([{ name: "batch", bytes: record.subarray(1) }], 1, 10), {
    message: "batch: truncated: 3072 bytes, expected 1 records of 3073 = 3073",
  });
  assert.throws(() => readCifarBinary([{ name: "batch", bytes: record }], 1, 10), {
    message: "batch: label 10 of record 1 is out of range; expected 0 to 9",
  });
});

Deno.test("readCifarBinary() takes CIFAR-100's fine labels, which follow those of the groups", () => {
  const bytes = Uint8Array.of(19, ...cifarRecord(99, [10, 20, 30]));
  const split = readCifarBinary([{ name: "train.bin", bytes }], 1, 100, 2);
  assert.deepEqual([split.count, [...split.labels]], [1, [99]]);
  assert.deepEqual([...split.images.subarray(0, 6)], [10, 20, 30, 10, 20, 30]);
  assert.throws(() => readCifarBinary([{ name: "train.bin", bytes: bytes.subarray(1) }], 1, 100, 2), {
    message: "train.bin: truncated: 3073 bytes, expected 1 records of 3074 = 3074",
  });
  const wrong = Uint8Array.of(1, ...cifarRecord(100, [0, 0, 0]));
  assert.throws(() => readCifarBinary([{ name: "train.bin", bytes: wrong }], 1, 100, 2), {
    message: "train.bin: label 100 of record 1 is out of range; expected 0 to 99",
  });
});

Deno.test("readDigitCrops() turns columns into rows of pixels, and the label 10 into the digit 0", () => {
  // The value of a pixel tells image, row, column and channel.
  const data = [0, 1].flatMap((image) =>
    [0, 1, 2].flatMap((channel) =>
      [0, 1, 2].flatMap((column) => [0, 1].map((row) => image * 100 + row * 10 + column * 3 + channel))
    )
  );
  const bytes = matlabFile([{ name: "X", shape: [2, 3, 3, 2], data }, { name: "y", shape: [2, 1], data: [10, 9] }]);
  const split = readDigitCrops({ name: "train.mat", bytes });
  assert.deepEqual([split.shape, split.count, [...split.labels]], [[2, 3, 3], 2, [0, 9]]);
  const expected = [0, 1].flatMap((image) =>
    [0, 1].flatMap((row) =>
      [0, 1, 2].flatMap((column) => [0, 1, 2].map((channel) => image * 100 + row * 10 + column * 3 + channel))
    )
  );
  assert.deepEqual([...split.images], expected);
});

Deno.test("readDigitCrops() names the damaged file and its fault", () => {
  const [X, y] = [{ name: "X", shape: [1, 1, 3, 2], data: [1, 2, 3, 4, 5, 6] }, {
    name: "y",
    shape: [2, 1],
    data: [1, 2],
  }];
  const cases: [Uint8Array, string | RegExp][] = [
    [matlabFile([X, y]).subarray(0, 200), /^a\.mat: not a complete MAT-file: /],
    [matlabFile([X]), "a.mat: no variable y; expected X (images) and y (labels)"],
    [
      matlabFile([{ ...X, shape: [1, 3, 1, 2] }, y]),
      "a.mat: X of 1 x 3 x 1 x 2, expected height x width x 3 x count",
    ],
    [matlabFile([{ ...X, shape: [6, 1] }, y]), "a.mat: X of 6 x 1, expected height x width x 3 x count"],
    [matlabFile([X, { ...y, shape: [1, 1], data: [1] }]), "a.mat: y of 1 x 1, expected 2 x 1, a label an image"],
    [matlabFile([X, { ...y, data: [1, 0] }]), "a.mat: label 0 of record 2 is out of range; expected 1 to 10"],
    [matlabFile([X, { ...y, data: [11, 1] }]), "a.mat: label 11 of record 1 is out of range; expected 1 to 10"],
  ];
  for (const [bytes, message] of cases) assert.throws(() => readDigitCrops({ name: "a.mat", bytes }), { message });
});

Deno.test("unpack() gives the files in a .tar.gz, a .gz and a plain file", async () => {
  const archive = await tarGz({ "folder/a.bin": Uint8Array.of(1, 2), "folder/b.txt": new Uint8Array(100_000).fill(7) });
  const members = await unpack("x.tar.gz", "/mirror/x.tar.gz", archive);
  assert.deepEqual([...members.keys()], ["a.bin", "b.txt"]);
  assert.deepEqual(members.get("a.bin"), { name: "/mirror/x.tar.gz/folder/a.bin", bytes: Uint8Array.of(1, 2) });
  assert.deepEqual(members.get("b.txt")?.bytes, new Uint8Array(100_000).fill(7));
  const single = await unpack("a.gz", "/mirror/a.gz", gzipSync(Uint8Array.of(5)));
  assert.deepEqual([...(single.get("a")?.bytes ?? [])], [5]);
  assert.deepEqual((await unpack("a", "/mirror/a", Uint8Array.of(6))).get("a")?.bytes, Uint8Array.of(6));
});

Deno.test("unpack() names an archive that was cut", async () => {
  const archive = await tarGz({ "a.bin": new Uint8Array(5000) });
  await assert.rejects(unpack("x.tar.gz", "/mirror/x.tar.gz", archive.subarray(0, archive.length - 20)), {
    message: /^\/mirror\/x\.tar\.gz: not a complete gzip file: /,
  });
  const tar = new Uint8Array(700).fill(65);
  await assert.rejects(unpack("x.tar.gz", "/mirror/x.tar.gz", gzipSync(tar)), {
    message: /^\/mirror\/x\.tar\.gz: not a complete tar archive: /,
  });
});
