import { readCifarBinary } from "./cifar_binary.ts";
import type { DatasetDefinition } from "./provision.ts";
import type { FileVersion } from "./source.ts";

const archive = "cifar-10-binary.tar.gz";

const published: FileVersion = {
  size: 170052171,
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
};

/** The same 60,000 images in the same layout, in another order of records. */
const reordered: FileVersion = {
  size: 170035278,
  sha256: "e7f5561679c32b5f793c9f0c6d6af818c34bb569d0070cf3a0bc1af317a4c524",
};

const trainFiles = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);

/** CIFAR-10: 50,000 and 10,000 colour photographs, 32 x 32 (Krizhevsky 2009). */
export const cifar10: DatasetDefinition = {
  name: "cifar-10",
  classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  digest: "023bfa7bd427d8258e7f459a3094061f5fa25c11c080d585a443d0db4fe5e8b0",
  sources: [
    { place: { kind: "mirror" }, files: [{ name: archive, versions: [published, reordered] }] },
    {
      place: { kind: "address", base: "https://www.cs.toronto.edu/~kriz/" },
      files: [{ name: archive, versions: [published] }],
    },
  ],
  read: (file) => ({
    train: readCifarBinary(trainFiles.map(file), 10_000, 10),
    test: readCifarBinary([file("test_batch.bin")], 10_000, 10),
  }),
};
