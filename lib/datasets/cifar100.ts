import { readCifarBinary } from "./cifar_binary.ts";
import type { DatasetDefinition } from "./provision.ts";
import type { SourceFile } from "./source.ts";

/**
 * The archive as its author published it. Size and digest are those that TensorFlow Datasets checks
 * (tensorflow_datasets/url_checksums/cifar100.txt).
 */
const published: readonly SourceFile[] = [
  {
    name: "cifar-100-binary.tar.gz",
    versions: [{ size: 168513733, sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec" }],
  },
];

/**
 * CIFAR-100: 50,000 and 10,000 colour photographs of 100 classes, 32 x 32 (Krizhevsky 2009). Labels are the fine ones; the
 * classes' names are those in the archive.
 */
export const cifar100: DatasetDefinition = {
  name: "cifar-100",
  classes: (file) => new TextDecoder().decode(file("fine_label_names.txt").bytes).trim().split(/\s+/),
  sources: [
    { place: { kind: "mirror" }, files: published },
    { place: { kind: "address", base: "https://www.cs.toronto.edu/~kriz/" }, files: published },
  ],
  read: (file) => ({
    train: readCifarBinary([file("train.bin")], 50_000, 100, 2),
    test: readCifarBinary([file("test.bin")], 10_000, 100, 2),
  }),
};
