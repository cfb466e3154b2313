import type { Split } from "./dataset.ts";
import type { NamedBytes } from "./named_bytes.ts";

/** What the four bytes at the start of an idx file say: unsigned bytes, and the number of dimensions. */
const imagesMagic = 0x00000803;
const labelsMagic = 0x00000801;

/**
 * Reads a pair of idx files, the format of MNIST (http://yann.lecun.com/exdb/mnist/, "File formats"): images of one channel,
 * and their labels.
 *
 * @param classes number of classes; labels lie in 0 to classes - 1
 * @throws {Error} naming the file: wrong magic number, truncated, too long, a label out of range, or unequal counts
 */
export function readIdxPair(images: NamedBytes, labels: NamedBytes, classes: number): Split {
  const [count, height, width] = readHeader(images, imagesMagic, "images", 3) as [number, number, number];
  const [labelCount] = readHeader(labels, labelsMagic, "labels", 1) as [number];
  if (labelCount !== count) {
    throw new Error(`${labels.name}: ${labelCount} labels for the ${count} images of ${images.name}`);
  }
  const values = labels.bytes.slice(8);
  const wrong = values.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new Error(
      `${labels.name}: label ${values[wrong]} of record ${wrong + 1} is out of range; expected 0 to ${classes - 1}`,
    );
  }
  return { images: images.bytes.slice(16), labels: values, shape: [height, width, 1], count };
}

function readHeader({ name, bytes }: NamedBytes, magic: number, what: string, dimensions: number): number[] {
  const headerSize = 4 + 4 * dimensions;
  if (bytes.length < headerSize) {
    throw new Error(`${name}: truncated: ${bytes.length} bytes, an idx file of ${what} starts with ${headerSize}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = view.getUint32(0);
  if (found !== magic) {
    throw new Error(
      `${name}: wrong magic number ${hexadecimal(found)}; an idx file of ${what} has ${hexadecimal(magic)}`,
    );
  }
  const sizes = Array.from({ length: dimensions }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const expected = sizes.reduce((product, size) => product * size, 1);
  const present = bytes.length - headerSize;
  if (present !== expected) {
    const fault = present < expected ? "truncated" : "too long";
    throw new Error(`${name}: ${fault}: ${present} bytes of ${what}, expected ${sizes.join(" x ")} = ${expected}`);
  }
  return sizes;
}

function hexadecimal(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}
