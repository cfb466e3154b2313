import type { Split } from "./dataset.ts";
import type { NamedBytes } from "./named_bytes.ts";

const side = 32;
const channels = 3;
const plane = side * side;

/**
 * Reads batches in CIFAR's binary layout (https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version"): records of label
 * bytes and 3,072 pixels, the red, the green and the blue plane, each row by row. CIFAR-10 has one label byte, CIFAR-100 two,
 * of which the second is the class and the first its group. Pixels leave as `[count, 32, 32, 3]`.
 *
 * @param recordsPerFile what every file must hold
 * @param classes number of classes; labels lie in 0 to classes - 1
 * @param labelBytes label bytes of a record; the last is read
 * @throws {Error} naming the file: truncated, too long, or a label out of range
 */
export function readCifarBinary(
  files: readonly NamedBytes[],
  recordsPerFile: number,
  classes: number,
  labelBytes: 1 | 2 = 1,
): Split {
  const recordSize = labelBytes + channels * plane;
  const count = files.length * recordsPerFile;
  const images = new Uint8Array(count * channels * plane);
  const labels = new Uint8Array(count);
  let record = 0;
  for (const { name, bytes } of files) {
    const expected = recordsPerFile * recordSize;
    if (bytes.length !== expected) {
      const fault = bytes.length < expected ? "truncated" : "too long";
      throw new Error(
        `${name}: ${fault}: ${bytes.length} bytes, expected ${recordsPerFile} records of ${recordSize} = ${expected}`,
      );
    }
    for (let start = 0; start < bytes.length; start += recordSize, record++) {
      const label = bytes[start + labelBytes - 1]!;
      if (label >= classes) {
        const at = start / recordSize + 1;
        throw new Error(`${name}: label ${label} of record ${at} is out of range; expected 0 to ${classes - 1}`);
      }
      labels[record] = label;
      interleave(bytes.subarray(start + labelBytes, start + recordSize), images, record * channels * plane);
    }
  }
  return { images, labels, shape: [side, side, channels], count };
}

/** Planes of channels to pixels of channels. */
function interleave(planes: Uint8Array, images: Uint8Array, offset: number): void {
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      images[offset + pixel * channels + channel] = planes[channel * plane + pixel]!;
    }
  }
}
