import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { isSameState, isSettledAt, putState, SIZE, STATE_NUMBERS } from "./file_state.ts";
import { DIGEST_BYTES } from "./folder_record.ts";

/**
 * Something to be done about many files of a folder, in shared memory: each thread takes chunks of them until none is
 * left.
 */
export interface FileWork {
  /** To tell the files' states, or to hash those that are small. */
  readonly kind: "stat" | "hash";
  /** Absolute path of the folder. */
  readonly root: string;
  /** Relative paths. */
  readonly paths: readonly string[];
  /** How many files make a chunk. */
  readonly chunk: number;
  /** The next chunk that nobody has taken; then for each chunk 1 when it is done. */
  readonly progress: Int32Array<SharedArrayBuffer>;
  /** What is found, or was found before, see `putState`. */
  readonly states: Float64Array<SharedArrayBuffer>;
  /** What is found. */
  readonly digests: Uint8Array<SharedArrayBuffer>;
  /** What became of each file, see `OUTCOME`. */
  readonly outcomes: Uint8Array<SharedArrayBuffer>;
}

/** What became of a file. `none`: nothing yet, or it is no case for quick work. */
export const OUTCOME = { none: 0, found: 1, settled: 2, known: 3 } as const;

/** Files up to this size, in bytes, are hashed in chunks. */
export const SMALL = 1 << 20;

/** How many chunks a work has. */
export function chunksOf({ paths, chunk }: Pick<FileWork, "paths" | "chunk">): number {
  return Math.ceil(paths.length / chunk);
}

/** Takes the next chunk and does it; false: there is none. */
export function takeChunk(work: FileWork): boolean {
  const chunk = Atomics.add(work.progress, 0, 1);
  if (chunk >= chunksOf(work)) return false;
  doChunk(work, chunk);
  return true;
}

/** Does a chunk; again where it was done before. */
export function doChunk(work: FileWork, chunk: number): void {
  const end = Math.min((chunk + 1) * work.chunk, work.paths.length);
  const act = work.kind === "stat" ? statAt : hashAt;
  for (let position = chunk * work.chunk; position < end; position++) act(work, position);
  Atomics.store(work.progress, chunk + 1, 1);
  Atomics.notify(work.progress, chunk + 1);
}

function statAt({ root, paths, states, outcomes }: FileWork, position: number): void {
  const stat = quietStat(`${root}/${paths[position]}`);
  if (stat?.isFile !== true) return;
  putState(states, position, stat);
  outcomes[position] = OUTCOME.found;
}

let buffer: Uint8Array | undefined;
const after = new Float64Array(STATE_NUMBERS);

/** Hashes a file that is not yet known; one that changes meanwhile, or that cannot be read, is left. */
function hashAt({ root, paths, states, digests, outcomes }: FileWork, position: number): void {
  const size = states[position * STATE_NUMBERS + SIZE]!;
  if (outcomes[position] === OUTCOME.known || size > SMALL) return;
  const path = `${root}/${paths[position]}`;
  const time = Date.now();
  buffer ??= new Uint8Array(SMALL);
  if (readInto(buffer, path, size) !== size) return;
  const digest = hash("sha256", buffer.subarray(0, size), "buffer");
  const stat = quietStat(path);
  if (stat?.isFile !== true) return;
  putState(after, 0, stat);
  if (!isSameState(states, position, after, 0)) return;
  digests.set(digest, DIGEST_BYTES * position);
  outcomes[position] = isSettledAt(states, position, time) ? OUTCOME.settled : OUTCOME.found;
}

/** How many bytes a file's beginning has, up to `size`; -1 where it cannot be read. */
function readInto(target: Uint8Array, path: string, size: number): number {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    let read = 0;
    while (read < size) {
      const count = readSync(file, target, read, size - read, null);
      if (count === 0) break;
      read += count;
    }
    return read;
  } catch {
    return -1;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The state of what a path leads to; undefined where that cannot be told. */
function quietStat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
