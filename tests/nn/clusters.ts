import type { DescribedDataset, Split } from "../../lib/datasets/dataset.ts";
import { Random } from "../../lib/nn/random.ts";

/**
 * A small labelled set of images: each class is a Gaussian cloud of 4 x 4 images around a random centre, far from the others
 * compared with its deviation.
 */
export function clusters(
  options: { train?: number; test?: number; classes?: number; deviation?: number } = {},
): DescribedDataset {
  const { train = 300, test = 100, classes = 3, deviation = 12 } = options;
  const size = 16;
  const centre = new Random(7, "centres");
  const centres = Float64Array.from({ length: classes * size }, () => 60 + 135 * centre.uniform());
  const split = (count: number, name: string): Split => {
    const random = new Random(7, name);
    const labels = Uint8Array.from({ length: count }, (_, index) => index % classes);
    const images = Uint8Array.from({ length: count * size }, (_, index) => {
      const value = centres[labels[Math.floor(index / size)]! * size + index % size]! + deviation * random.normal();
      return Math.min(255, Math.max(0, Math.round(value)));
    });
    return { images, labels, shape: [4, 4, 1], count };
  };
  return {
    name: "clusters",
    classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
    train: split(train, "train"),
    test: split(test, "test"),
    digest: "made in a test",
  };
}
