import { decodeMatlab } from "../formats/matlab.ts";
import type { Split } from "./dataset.ts";
import type { NamedBytes } from "./named_bytes.ts";

/**
 * Reads a file of SVHN's cropped digits (http://ufldl.stanford.edu/housenumbers/, "Format 2"): `X`, `[height, width, 3,
 * count]`, and `y`, `[count, 1]`, where the digit 0 has the label 10.
 *
 * @returns images `[count, height, width, 3]`, and labels that are the digits
 * @throws {Error} naming the file: damaged, a variable that is missing or has another shape, or a label out of range
 */
export function readDigitCrops({ name, bytes }: NamedBytes): Split {
  const { X, y } = decodeMatlab(bytes, name);
  if (X === undefined || y === undefined) {
    throw new Error(`${name}: no variable ${X === undefined ? "X" : "y"}; expected X (images) and y (labels)`);
  }
  const [height, width, channels, count] = X.shape as [number, number, number, number];
  if (X.shape.length !== 4 || channels !== 3) {
    throw new Error(`${name}: X of ${X.shape.join(" x ")}, expected height x width x 3 x count`);
  }
  if (y.data.length !== count) {
    throw new Error(`${name}: y of ${y.shape.join(" x ")}, expected ${count} x 1, a label an image`);
  }
  const labels = y.data.map((label, index) => {
    if (label < 1 || label > 10) {
      throw new Error(`${name}: label ${label} of record ${index + 1} is out of range; expected 1 to 10`);
    }
    return label % 10;
  });
  return {
    images: rowByRow(X.data, [height, width, channels], count),
    labels,
    shape: [height, width, channels],
    count,
  };
}

/** Images whose rows run fastest, then columns, then channels, as `[count, height, width, channels]`. */
function rowByRow(data: Uint8Array, [height, width, channels]: Split["shape"], count: number): Uint8Array {
  const images = new Uint8Array(data.length);
  const size = height * width * channels;
  let to = 0;
  for (let start = 0; start < count * size; start += size) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let channel = 0; channel < channels; channel++) {
          images[to++] = data[start + (channel * width + column) * height + row]!;
        }
      }
    }
  }
  return images;
}
