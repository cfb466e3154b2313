import { type FileState, isSettled, stateOf } from "./file_state.ts";
import { type ContentDigest, giveWay, hashFile } from "./hash.ts";
import type { IndexDatabase } from "./index_database.ts";
import { manifestDigest, type ManifestEntry } from "./manifest.ts";
import { IGNORED_FOLDERS } from "./matching.ts";
import { StoreError } from "./store_error.ts";

/** What stands at a path, by content. */
export type PathDigest = FileDigest | DirectoryDigest;

/** A file's content. */
export interface FileDigest {
  /** Tells it from a folder. */
  readonly kind: "file";
  /** Hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** True: may be run as a program. Not part of the digest. */
  readonly executable: boolean;
}

/** A folder's content. */
export interface DirectoryDigest {
  /** Tells it from a file. */
  readonly kind: "directory";
  /** The sha256 of the manifest, hex. */
  readonly sha256: string;
  /** Bytes of all files. */
  readonly size: number;
  /** Sorted by path. */
  readonly files: readonly ManifestEntry[];
  /** Relative paths of the files that may be run as programs. Not part of the digest. */
  readonly executables: readonly string[];
}

/** Takes in a file's content that the index does not know: hashes it, or stores it and hashes it on the way. */
export type ContentReader = (path: string) => Promise<ContentDigest>;

/** Files that are looked at before other work gets a turn. */
const TURN_FILES = 2000;
/** Contents that are read at once; storing waits for the disk. */
const READERS = 8;
/** A file that is written while it is hashed is hashed again, this often. */
const MOST_READS = 3;

/** Digests of files and folders; an unchanged file is not read twice. */
export class Digests {
  readonly #index: IndexDatabase;
  #ignores: (path: string, isFolder: boolean) => boolean = () => false;

  /** Takes the index in which digests of unchanged files are remembered. */
  constructor(index: IndexDatabase) {
    this.#index = index;
  }

  /** From now on, what this says of an absolute path inside a folder is no part of the folder's content; absent: all is. */
  leaveOut(ignores: ((path: string, isFolder: boolean) => boolean) | undefined): void {
    this.#ignores = ignores ?? (() => false);
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
        const known = this.#index.digest(path);
        const { sha256, size } = known?.signature === state.signature
          ? { sha256: known.sha256, size: state.size }
          : await this.#content(path, state, read);
        return { kind: "file", sha256, size, executable: state.executable };
      }
      return await this.#directory(path, stat, read);
    } finally {
      this.#index.flush();
    }
  }

  async #directory(path: string, stat: Deno.FileInfo, read: ContentReader): Promise<DirectoryDigest> {
    const found = await walk(path, stat, this.#ignores);
    const known = this.#index.inside(path);
    const entries = new Array<ManifestEntry>(found.length);
    let next = 0;
    const work = async () => {
      while (next < found.length) {
        const position = next++;
        const { path: inside, state } = found[position]!;
        const sha256 = known.sha256(inside, state.signature);
        entries[position] = sha256 === undefined
          ? { path: inside, ...await this.#content(`${path}/${inside}`, state, read) }
          : { path: inside, sha256, size: state.size };
      }
    };
    await Promise.all(Array.from({ length: Math.min(READERS, found.length) }, work));
    return {
      kind: "directory",
      sha256: manifestDigest(entries),
      size: entries.reduce((sum, { size }) => sum + size, 0),
      files: entries,
      executables: found.filter(({ state }) => state.executable).map((file) => file.path),
    };
  }

  async #content(path: string, state: FileState, read: ContentReader): Promise<ContentDigest> {
    let before = state;
    for (let reads = 1;; reads++) {
      const time = Date.now();
      const content = await guarded(path, () => read(path));
      const stat = statOf(path);
      if (stat === undefined) throw new StoreError(`${path} was removed while it was being read`);
      const after = stateOf(stat);
      if (after.signature === before.signature) {
        if (isSettled(before, time)) {
          this.#index.rememberDigest(path, { signature: before.signature, sha256: content.sha256 });
        }
        return content;
      }
      if (reads === MOST_READS) throw new StoreError(`${path} keeps changing while it is being read`);
      before = after;
    }
  }
}

interface FoundFile {
  readonly path: string;
  readonly state: FileState;
}

/** All files below a folder, sorted by path. */
async function walk(
  root: string,
  stat: Deno.FileInfo,
  ignores: (path: string, isFolder: boolean) => boolean,
): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  const visit = async (relative: string, inside: readonly string[]): Promise<void> => {
    const folder = relative === "" ? root : `${root}/${relative}`;
    const entries = await guarded(folder, () => [...Deno.readDirSync(folder)]);
    for (const entry of entries) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      const found = statOf(`${root}/${path}`);
      // Removed since the folder was listed.
      if (found === undefined || ignores(`${root}/${path}`, found.isDirectory)) continue;
      if (!found.isDirectory) {
        files.push({ path, state: stateOf(found) });
        if (files.length % TURN_FILES === 0) await giveWay();
        continue;
      }
      if (IGNORED_FOLDERS.has(entry.name)) continue;
      const identity = `${found.dev}:${found.ino}`;
      if (inside.includes(identity)) {
        throw new StoreError(`${root}/${path} is a link to a folder that it lies in`, ["Remove the link"]);
      }
      await visit(path, [...inside, identity]);
    }
  };
  await visit("", [`${stat.dev}:${stat.ino}`]);
  return files.sort((one, other) => one.path < other.path ? -1 : 1);
}

/** The state of the file or folder at a path, links followed; undefined where nothing is. */
function statOf(path: string): Deno.FileInfo | undefined {
  let stat: Deno.FileInfo;
  try {
    stat = Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof Deno.errors.FilesystemLoop) {
      throw new StoreError(`${path} is a link that leads back to itself`, ["Remove the link"]);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(path, error);
    if (isLink(path)) {
      throw new StoreError(`${path} is a link to a file that does not exist`, [
        "Remove the link, or put its target back",
      ]);
    }
    return undefined;
  }
  if (!stat.isFile && !stat.isDirectory) {
    throw new StoreError(`${path} is neither a file nor a folder (a pipe, socket or device)`, ["Remove it"]);
  }
  return stat;
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

async function guarded<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof StoreError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): StoreError {
  if ((error as { code?: unknown }).code === "ENOSPC") {
    return new StoreError(`${path} cannot be stored: the disk is full`, ["Free some space, and reproduce again"]);
  }
  return new StoreError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
