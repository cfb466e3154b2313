import { Buffer } from "node:buffer";
import { basename, dirname } from "node:path";
import { FileHelpers, WORTH_HELP } from "./file_helpers.ts";
import {
  type FileState,
  isSameState,
  isSettled,
  putState,
  SIZE,
  STATE_NUMBERS,
  stateAt,
  stateOf,
} from "./file_state.ts";
import { guarded, statOf } from "./file_stat.ts";
import { type FileWork, OUTCOME } from "./file_work.ts";
import { DIGEST_BYTES, FolderRecord, NAME_SEPARATOR } from "./folder_record.ts";
import { fileWork, type Ignores, walk } from "./folder_walk.ts";
import { type ContentDigest, hashFile } from "./hash.ts";
import type { IndexDatabase, KnownDigest } from "./index_database.ts";
import { type DirectoryDigest, lazyDirectoryDigest, type PathDigest } from "./path_digest.ts";
import { StoreError } from "./store_error.ts";

/** Takes in a file's content that the index does not know: hashes it, or stores it and hashes it on the way. */
export type ContentReader = (path: string) => Promise<ContentDigest>;

/** Contents that are read at once; storing waits for the disk. */
const READERS = 8;
/** A file that is written while it is hashed is hashed again, this often. */
const MOST_READS = 3;
/** Small files that a thread hashes before another takes the next. */
const HASH_CHUNK = 100;
/** So many files are worth another thread to hash them. */
const WORTH_HASHING = 2000;
/** Files from which on small ones are hashed in chunks. */
const MANY = 100;
/** How often what was read of a folder is remembered. */
const REMEMBER_MS = 10_000;
/** Digests that are remembered file by file; more are remembered with their folder. */
const MOST_SINGLE = 1000;

/** Digests of files and folders; an unchanged file is not read twice. */
export class Digests implements Disposable {
  readonly #index: IndexDatabase;
  readonly #helpers = new FileHelpers();
  #ignores: Ignores = () => undefined;

  /** Takes the index in which digests of unchanged files are remembered. */
  constructor(index: IndexDatabase) {
    this.#index = index;
  }

  /** From now on, what this says of an absolute folder is no part of the folder's content; absent: all is. */
  leaveOut(ignores: Ignores = () => undefined): void {
    this.#ignores = ignores;
  }

  /** Ends the threads that helped. */
  [Symbol.dispose](): void {
    this.#helpers[Symbol.dispose]();
  }

  /**
   * The digest of what stands at an absolute path, or undefined where nothing does. Symbolic links are followed.
   *
   * @throws {StoreError} at a dangling link, a loop of links, a pipe, socket or device, or what may not be read
   */
  async digest(path: string, read: ContentReader = hashFile): Promise<PathDigest | undefined> {
    const stat = statOf(path);
    if (stat === undefined) return undefined;
    try {
      if (!stat.isDirectory) {
        const state = stateOf(stat);
        const sha256 = this.#index.digestOf(path, state.signature) ?? this.#digestInFolder(path, stat);
        if (sha256 !== undefined) return { kind: "file", sha256, size: state.size, executable: state.executable };
        const { content, stat: after, settled } = await this.#content(path, state, read);
        const { signature, executable } = stateOf(after);
        if (settled) this.#index.rememberDigest(path, { signature, sha256: content.sha256 });
        return { kind: "file", ...content, executable };
      }
      return await this.#directory(path, stat, read);
    } finally {
      this.#index.flush();
    }
  }

  /** What is known of a file as part of a folder. */
  #digestInFolder(path: string, stat: Deno.FileInfo): string | undefined {
    const states = new Float64Array(STATE_NUMBERS);
    putState(states, 0, stat);
    const name = basename(path);
    return firstKnown(this.#index.recordsAround(dirname(path)), name, states, 0)?.toHex();
  }

  async #directory(path: string, stat: Deno.FileInfo, read: ContentReader): Promise<DirectoryDigest> {
    const record = this.#index.folder(path);
    // They start while the folder is listed.
    if ((record?.count ?? 0) >= WORTH_HELP) this.#helpers.start();
    const found = await walk(path, stat, this.#ignores, this.#helpers);
    const names = found.paths.join(NAME_SEPARATOR);
    const listed = record?.names === names && record.count === found.paths.length ? record : undefined;
    if (listed?.sha256 !== undefined && isSameBytes(listed.states, found.states)) {
      return lazyDirectoryDigest({ ...found, digests: listed.digests }, listed.sha256);
    }
    const work = fileWork("hash", path, found.paths, HASH_CHUNK, found.states, found.since);
    const changed = listed === undefined ? [...found.paths.keys()] : takeOver(listed, work);
    this.#recall(work, changed, listed);
    let digest: DirectoryDigest | undefined;
    try {
      if (changed.length >= WORTH_HASHING) this.#helpers.start();
      if (read === hashFile && changed.length >= MANY) await this.#helpers.do(work);
      await this.#readRest(work, names, read);
      const isSame = listed !== undefined &&
        changed.every((at) => hexAt(listed.digests, at) === hexAt(work.digests, at));
      digest = lazyDirectoryDigest(work, isSame ? listed.sha256 : undefined);
      return digest;
    } finally {
      if (digest !== undefined && listed?.sha256 === digest.sha256 && changed.length <= MOST_SINGLE) {
        this.#rememberFiles(work, changed);
      } else this.#rememberFolder(work, names, digest?.sha256);
    }
  }

  /** What the index knows of changed files by themselves, or as parts of other folders. */
  #recall(work: FileWork, changed: readonly number[], listed: FolderRecord | undefined): void {
    const { root, paths, states } = work;
    const single = changed.length > MOST_SINGLE ? this.#index.inside(root) : undefined;
    const records = listed === undefined
      ? [...this.#index.recordsAround(root), ...this.#index.recordsInside(root)]
      : [];
    for (const at of changed) {
      const path = paths[at]!;
      const signature = (): string => stateAt(states, at).signature;
      const sha256 = single !== undefined
        ? single.isEmpty ? undefined : single.sha256(path, signature())
        : this.#index.digestOf(`${root}/${path}`, signature());
      const digest = sha256 === undefined ? firstKnown(records, path, states, at) : Buffer.from(sha256, "hex");
      if (digest === undefined) continue;
      work.digests.set(digest, DIGEST_BYTES * at);
      work.outcomes[at] = OUTCOME.known;
    }
  }

  /** Reads the files that are large, or were not to be read in passing. */
  async #readRest(work: FileWork, names: string, read: ContentReader): Promise<void> {
    const { root, paths, states, digests, outcomes } = work;
    let [next, remembered] = [0, Date.now()];
    const readOn = async (): Promise<void> => {
      while (next < paths.length) {
        const at = next++;
        if (outcomes[at] !== OUTCOME.none) continue;
        const { content, stat, settled } = await this.#content(`${root}/${paths[at]}`, stateAt(states, at), read);
        digests.set(Buffer.from(content.sha256, "hex"), DIGEST_BYTES * at);
        putState(states, at, stat);
        outcomes[at] = settled ? OUTCOME.settled : OUTCOME.found;
        if (Date.now() - remembered < REMEMBER_MS) continue;
        this.#rememberFolder(work, names);
        remembered = Date.now();
      }
    };
    await Promise.all(Array.from({ length: Math.min(READERS, paths.length) }, readOn));
  }

  #rememberFiles({ root, paths, states, digests, outcomes }: FileWork, changed: readonly number[]): void {
    for (const at of changed) {
      if (outcomes[at] !== OUTCOME.settled) continue;
      const { signature } = stateAt(states, at);
      this.#index.rememberDigest(`${root}/${paths[at]}`, { signature, sha256: hexAt(digests, at) });
    }
  }

  /** Remembers what is known so far; without the digest of the whole, too, as long as it is not known. */
  #rememberFolder({ root, states, digests, outcomes }: FileWork, names: string, sha256?: string): void {
    const known = states.slice();
    for (let at = 0; at < outcomes.length; at++) {
      if (outcomes[at]! < OUTCOME.settled) known[at * STATE_NUMBERS + SIZE] = -1;
    }
    this.#index.rememberFolder(root, new FolderRecord(sha256, names, known, digests.slice()));
  }

  async #content(path: string, state: FileState, read: ContentReader): Promise<TakenContent> {
    let before = state;
    for (let reads = 1;; reads++) {
      const time = Date.now();
      const content = await guarded(path, () => read(path));
      const stat = statOf(path);
      if (stat === undefined) throw new StoreError(`${path} was removed while it was being read`);
      const after = stateOf(stat);
      if (after.signature === before.signature) return { content, stat, settled: isSettled(before, time) };
      if (reads === MOST_READS) throw new StoreError(`${path} keeps changing while it is being read`);
      before = after;
    }
  }
}

function firstKnown(
  records: readonly KnownDigest[],
  name: string,
  states: Float64Array,
  position: number,
): Uint8Array | undefined {
  for (const known of records) {
    const digest = known(name, states, position);
    if (digest !== undefined) return digest;
  }
  return undefined;
}

/** A content that was read, and the file's state meanwhile. */
interface TakenContent {
  readonly content: ContentDigest;
  readonly stat: Deno.FileInfo;
  /** Whether the state tells the content from a later one. */
  readonly settled: boolean;
}

/** Takes over what a record of the same list of files knows; gives the positions of the files that changed. */
function takeOver({ states, digests }: FolderRecord, work: FileWork): number[] {
  work.digests.set(digests);
  const changed: number[] = [];
  for (let at = 0; at < work.paths.length; at++) {
    if (isSameState(states, at, work.states, at)) work.outcomes[at] = OUTCOME.known;
    else changed.push(at);
  }
  return changed;
}

function isSameBytes(one: Float64Array, other: Float64Array): boolean {
  return bytesOf(one).equals(bytesOf(other));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function hexAt(digests: Uint8Array, position: number): string {
  return digests.subarray(DIGEST_BYTES * position, DIGEST_BYTES * (position + 1)).toHex();
}
