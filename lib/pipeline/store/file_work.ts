import { hash } from "node:crypto";
import { isSameState, isSettledAt, SIZE, STATE_NUMBERS } from "./file_state.ts";
import { DIGEST_BYTES } from "./folder_record.ts";
import { type FolderReader, openFolder } from "./folder_reader.ts";

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
  /** When the states began to be told, in ms since 1970; 0: it is not known. */
  readonly since: number;
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
  using folder = openFolder(work.root);
  for (let position = chunk * work.chunk; position < end; position++) act(work, folder, position);
  Atomics.store(work.progress, chunk + 1, 1);
  Atomics.notify(work.progress, chunk + 1);
}

function statAt({ paths, states, outcomes }: FileWork, folder: FolderReader, position: number): void {
  if (folder.tell(paths[position]!, states, position)) outcomes[position] = OUTCOME.found;
}

let buffer: Uint8Array | undefined;
/** The beginnings of the buffer by length: to make one takes as long as to hash it. */
const beginnings: Uint8Array[] = [];
/** So many bytes at most have one that is kept. */
const MOST_KEPT = 1 << 14;
const after = new Float64Array(STATE_NUMBERS);

/**
 * Hashes a file that is not yet known; one that changes meanwhile, or that cannot be read, is left. The state of a file that
 * was settled when its state was told is not looked at again: it never comes back once the file has changed, so what is
 * remembered with it is not found, and a look after the stage sees the change.
 */
function hashAt({ paths, states, digests, outcomes, since }: FileWork, folder: FolderReader, position: number): void {
  const size = states[position * STATE_NUMBERS + SIZE]!;
  if (outcomes[position] === OUTCOME.known || size > SMALL) return;
  const wasSettled = isSettledAt(states, position, since);
  const time = wasSettled ? since : Date.now();
  buffer ??= new Uint8Array(SMALL);
  if (folder.read(paths[position]!, buffer, size, wasSettled ? undefined : after) !== size) return;
  if (!wasSettled && !isSameState(states, position, after, 0)) return;
  const bytes = size > MOST_KEPT ? buffer.subarray(0, size) : beginnings[size] ??= buffer.subarray(0, size);
  putHex(digests, DIGEST_BYTES * position, hash("sha256", bytes, "hex"));
  outcomes[position] = isSettledAt(states, position, time) ? OUTCOME.settled : OUTCOME.found;
}

const ZERO = "0".charCodeAt(0);
/** What a digit beyond 9 is too much, as code. */
const BEYOND = "a".charCodeAt(0) - ZERO - 10;

/** Writes a digest. As hex it comes several times as quickly as in a buffer of its own. */
function putHex(target: Uint8Array, at: number, hex: string): void {
  for (let digit = 0; digit < hex.length; digit += 2) {
    target[at++] = valueOf(hex.charCodeAt(digit)) * 16 + valueOf(hex.charCodeAt(digit + 1));
  }
}

function valueOf(code: number): number {
  const value = code - ZERO;
  return value < 10 ? value : value - BEYOND;
}
