import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";

/** The bytes of an idx file. */
export function idxFile(magic: number, sizes: readonly number[], data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  sizes.forEach((size, dimension) => view.setUint32(4 + 4 * dimension, size));
  bytes.set(data, 4 + 4 * sizes.length);
  return bytes;
}

/** One record of CIFAR-10's binary layout, each channel of one value. */
export function cifarRecord(label: number, [red, green, blue]: readonly [number, number, number]): Uint8Array {
  const record = new Uint8Array(3073);
  record[0] = label;
  record.fill(red, 1, 1025).fill(green, 1025, 2049).fill(blue, 2049);
  return record;
}

/** A `.tar.gz` file. */
export async function tarGz(members: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const archive = pack();
  for (const [name, bytes] of Object.entries(members)) archive.entry({ name }, Buffer.from(bytes));
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}
