import { createHash } from "node:crypto";
import type { Split } from "./dataset.ts";

/** A split in canonical order, with the digests of its records in that order. */
export interface OrderedSplit extends Split {
  /** `[count * 32]`: the sha256 of each record, in ascending order. */
  readonly recordDigests: Uint8Array;
}

const digestSize = 32;

/**
 * Puts the records in canonical order: by the sha256 of label and pixels. Sources hold the same images in different orders;
 * after this, batches and sums, and so results, are the same to the last bit whichever served. The order mixes the classes
 * as a random one would. Equal records may stand either way round, which no one can tell.
 */
export function inCanonicalOrder(split: Split): OrderedSplit {
  const { images, labels, shape, count } = split;
  const size = shape[0] * shape[1] * shape[2];
  const digests = new Uint8Array(count * digestSize);
  for (let record = 0; record < count; record++) {
    const digest = createHash("sha256")
      .update(labels.subarray(record, record + 1))
      .update(images.subarray(record * size, (record + 1) * size))
      .digest();
    digests.set(digest, record * digestSize);
  }
  const order = sortedOrder(digests, count);
  const ordered = {
    images: new Uint8Array(count * size),
    labels: new Uint8Array(count),
    recordDigests: new Uint8Array(count * digestSize),
  };
  for (let to = 0; to < count; to++) {
    const from = order[to]!;
    ordered.images.set(images.subarray(from * size, (from + 1) * size), to * size);
    ordered.labels[to] = labels[from]!;
    ordered.recordDigests.set(digests.subarray(from * digestSize, (from + 1) * digestSize), to * digestSize);
  }
  return { ...ordered, shape, count };
}

/**
 * The digest of a dataset that does not depend on the order in which its source held the records: sha256 over a line with the
 * image's shape and the numbers of records, and the records' digests in canonical order, train before test.
 */
export function datasetDigest(train: OrderedSplit, test: OrderedSplit): string {
  return createHash("sha256")
    .update(`${train.shape.join("x")} train ${train.count} test ${test.count}\n`)
    .update(train.recordDigests)
    .update(test.recordDigests)
    .digest("hex");
}

function sortedOrder(digests: Uint8Array, count: number): Uint32Array {
  // The first 6 bytes as a number settle nearly every comparison; the rest is looked at where they are equal.
  const view = new DataView(digests.buffer, digests.byteOffset, digests.byteLength);
  const prefixes = new Float64Array(count);
  for (let record = 0; record < count; record++) {
    const start = record * digestSize;
    prefixes[record] = view.getUint32(start) * 2 ** 16 + view.getUint16(start + 4);
  }
  const order = new Uint32Array(count).map((_, record) => record);
  return order.sort((a, b) => prefixes[a]! - prefixes[b]! || compareDigests(digests, a, b));
}

function compareDigests(digests: Uint8Array, a: number, b: number): number {
  for (let byte = 6; byte < digestSize; byte++) {
    const difference = digests[a * digestSize + byte]! - digests[b * digestSize + byte]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
