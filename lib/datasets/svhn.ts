import { readDigitCrops } from "./digit_crops.ts";
import type { DatasetDefinition } from "./provision.ts";
import type { SourceFile } from "./source.ts";

/**
 * The two files of "Format 2: Cropped Digits" as their authors published them. Sizes and digests are those that TensorFlow
 * Datasets checks (tensorflow_datasets/url_checksums/svhn_cropped.txt).
 */
const published: readonly SourceFile[] = [
  {
    name: "train_32x32.mat",
    versions: [{ size: 182040794, sha256: "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8" }],
  },
  {
    name: "test_32x32.mat",
    versions: [{ size: 64275384, sha256: "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b" }],
  },
];

/** SVHN: 73,257 and 26,032 photographs of house numbers, cropped to a digit each, 32 x 32 (Netzer et al. 2011). */
export const svhn: DatasetDefinition = {
  name: "svhn",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  sources: [
    { place: { kind: "mirror" }, files: published },
    { place: { kind: "address", base: "http://ufldl.stanford.edu/housenumbers/" }, files: published },
  ],
  read: (file) => ({
    train: readDigitCrops(file("train_32x32.mat")),
    test: readDigitCrops(file("test_32x32.mat")),
  }),
};
