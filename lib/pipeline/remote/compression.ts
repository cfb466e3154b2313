import { closeSync, createReadStream, createWriteStream, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { sha256 } from "../store/hash.ts";

/** How much is tried out. */
const SAMPLE_BYTES = 64 << 10;
/** What is not smaller than this part of what it was is left as it is: weights, images, archives. */
const PAYS = 0.9;
/** Below it nothing is gained. */
const LEAST_BYTES = 512;
/** How a zstd frame begins (RFC 8878, section 3.1.1). */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;
/** Level 3, zstd's own choice: faster than most networks. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** The bytes compressed, or as they are where that does not pay. */
export function compressed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!pays(bytes.subarray(0, SAMPLE_BYTES))) return bytes;
  const frame = zstdCompressSync(bytes, OPTIONS);
  return frame.length < PAYS * bytes.length ? new Uint8Array(frame) : bytes;
}

/** Writes a file compressed to a new path; false, and nothing is written, where that does not pay. */
export async function compressFile(path: string, size: number, target: string): Promise<boolean> {
  // The middle as well: many files begin with a head of another kind.
  if (![0, Math.floor(size / 2)].every((offset) => pays(sampleOf(path, offset)))) return false;
  await pipeline(createReadStream(path), createZstdCompress(OPTIONS), createWriteStream(target, { flags: "wx" }));
  return true;
}

/** Whether bytes may be a zstd frame. */
export function isFrame(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, position) => bytes[position] === byte);
}

/**
 * The content of a digest that was stored as it is, or as a zstd frame; undefined where the bytes are neither.
 *
 * @param size bytes of the content
 */
export function contentOf(bytes: Uint8Array, digest: string, size: number): Uint8Array | undefined {
  if (sha256(bytes) === digest) return bytes;
  if (!isFrame(bytes)) return undefined;
  try {
    const content = zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) });
    return sha256(content) === digest ? content : undefined;
  } catch {
    return undefined;
  }
}

function pays(sample: Uint8Array): boolean {
  return sample.length >= LEAST_BYTES && zstdCompressSync(sample, OPTIONS).length < PAYS * sample.length;
}

function sampleOf(path: string, offset: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const sample = new Uint8Array(SAMPLE_BYTES);
    return sample.subarray(0, readSync(file, sample, 0, SAMPLE_BYTES, offset));
  } finally {
    closeSync(file);
  }
}
