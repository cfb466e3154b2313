import { createHash, type Hash, hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers";

/** 1 MiB: beyond it a thread's sha256 gets no faster. */
const CHUNK_BYTES = 1 << 20;
/** How much is hashed before other work gets a turn. */
const TURN_BYTES = 32 << 20;

/** Buffers that no file is being read into: a new one for each of many small files takes longer than hashing them. */
const buffers: Uint8Array[] = [];

/** A file's content in two numbers. */
export interface ContentDigest {
  /** Hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** The sha256 of a text in UTF-8, or of bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return hash("sha256", content, "hex");
}

/**
 * Hashes a file's content.
 *
 * @throws the file system's error where the file cannot be read
 */
export async function hashFile(path: string): Promise<ContentDigest> {
  const hash = createHash("sha256");
  const size = await hashInto(hash, path);
  return { sha256: hash.digest("hex"), size };
}

/** Has a hash take in a file's content; gives its bytes. */
export async function hashInto(hash: Hash, path: string): Promise<number> {
  const file = openSync(path, "r");
  const buffer = buffers.pop() ?? new Uint8Array(CHUNK_BYTES);
  let size = 0;
  try {
    let turn = TURN_BYTES;
    while (true) {
      const count = readSync(file, buffer);
      if (count === 0) break;
      hash.update(buffer.subarray(0, count));
      size += count;
      turn -= count;
      if (turn <= 0) {
        turn = TURN_BYTES;
        await giveWay();
      }
    }
  } finally {
    buffers.push(buffer);
    closeSync(file);
  }
  return size;
}

/** Lets signals, timers and other stages have their turn between stretches of synchronous work. */
export async function giveWay(): Promise<void> {
  // A timer would wait for a millisecond.
  await new Promise<void>((resolve) => setImmediate(resolve));
}
