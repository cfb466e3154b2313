import { readIdxPair } from "./idx.ts";
import type { DatasetDefinition } from "./provision.ts";
import type { SourceFile } from "./source.ts";

/** The four files as their authors published them. */
const published: readonly SourceFile[] = [
  {
    name: "train-images-idx3-ubyte.gz",
    versions: [{ size: 26421880, sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84" }],
  },
  {
    name: "train-labels-idx1-ubyte.gz",
    versions: [{ size: 29515, sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845" }],
  },
  {
    name: "t10k-images-idx3-ubyte.gz",
    versions: [{ size: 4422102, sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073" }],
  },
  {
    name: "t10k-labels-idx1-ubyte.gz",
    versions: [{ size: 5148, sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5" }],
  },
];

/** The same images, compressed anew by Debian: the files of its package `dataset-fashion-mnist` 0.0~git20200523.55506a9-1. */
const packagedByDebian: readonly SourceFile[] = [
  {
    name: "train-images-idx3-ubyte.gz",
    versions: [{ size: 26421856, sha256: "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7" }],
  },
  {
    name: "train-labels-idx1-ubyte.gz",
    versions: [{ size: 29491, sha256: "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056" }],
  },
  {
    name: "t10k-images-idx3-ubyte.gz",
    versions: [{ size: 4422079, sha256: "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa" }],
  },
  {
    name: "t10k-labels-idx1-ubyte.gz",
    versions: [{ size: 5125, sha256: "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05" }],
  },
];

/** Fashion-MNIST: 60,000 and 10,000 pictures of garments, 28 x 28 (Xiao, Rasul and Vollgraf, arXiv 1708.07747). */
export const fashionMnist: DatasetDefinition = {
  name: "fashion-mnist",
  classes: [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ],
  digest: "7556a306162d092781277e9f13c4a7c009acf6d95af81a0284eddfce838ae120",
  sources: [
    { place: { kind: "mirror", folder: "fashion-mnist" }, files: published.map(eitherVersion) },
    { place: { kind: "mirror" }, files: published.map(eitherVersion) },
    { place: { kind: "folder", path: "/usr/share/datasets/fashion-mnist" }, files: packagedByDebian },
    {
      place: {
        kind: "address",
        base: "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
      },
      files: published,
    },
    {
      place: { kind: "address", base: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/" },
      files: published,
    },
  ],
  read: (file) => ({
    train: readIdxPair(file("train-images-idx3-ubyte"), file("train-labels-idx1-ubyte"), 10),
    test: readIdxPair(file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte"), 10),
  }),
};

/** A mirror may hold the files as published or as Debian packs them. */
function eitherVersion(file: SourceFile): SourceFile {
  const others = packagedByDebian.filter(({ name }) => name === file.name);
  return { name: file.name, versions: [file, ...others].flatMap(({ versions }) => versions) };
}
