import { Buffer } from "node:buffer";
import { isExecutableAt, SIZE, STATE_NUMBERS } from "./file_state.ts";
import { DIGEST_BYTES } from "./folder_record.ts";
import { manifestDigest, type ManifestEntry } from "./manifest.ts";

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
  /** How many files. */
  readonly count: number;
  /** Sorted by path. */
  readonly files: readonly ManifestEntry[];
  /** Relative paths of the files that may be run as programs. Not part of the digest. */
  readonly executables: readonly string[];
}

/** The digest of a folder of which all files are known. */
export function directoryDigest(
  files: readonly ManifestEntry[],
  executables: readonly string[] = [],
): DirectoryDigest {
  const sorted = files.toSorted((one, other) => one.path < other.path ? -1 : 1);
  const size = sorted.reduce((sum, file) => sum + file.size, 0);
  return { kind: "directory", sha256: manifestDigest(sorted), size, count: sorted.length, files: sorted, executables };
}

/** Files of a folder, in any order: their relative paths, states and digests, one behind the other. */
export interface FolderFiles {
  /** Relative, with `/`. */
  readonly paths: readonly string[];
  /** See `putState`. */
  readonly states: Float64Array;
  /** 32 bytes each. */
  readonly digests: Uint8Array;
}

/**
 * The digest of a folder of many files, whose list is made when it is asked for.
 *
 * @param sha256 of the manifest, hex, where it is known
 */
export function lazyDirectoryDigest(found: FolderFiles, sha256?: string): DirectoryDigest {
  const { states } = found;
  const count = states.length / STATE_NUMBERS;
  let [size, isAnyExecutable] = [0, false];
  for (let position = 0; position < count; position++) {
    size += states[position * STATE_NUMBERS + SIZE]!;
    isAnyExecutable ||= isExecutableAt(states, position);
  }
  let files = sha256 === undefined ? entriesOf(found) : undefined;
  return {
    kind: "directory",
    sha256: sha256 ?? manifestDigest(files!),
    size,
    count,
    get files() {
      return files ??= entriesOf(found);
    },
    get executables() {
      if (!isAnyExecutable) return [];
      return found.paths.filter((_, position) => isExecutableAt(states, position)).toSorted();
    },
  };
}

function entriesOf({ paths, states, digests }: FolderFiles): readonly ManifestEntry[] {
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.byteLength).toString("hex");
  return paths.map((path, position): ManifestEntry => ({
    path,
    sha256: hex.slice(2 * DIGEST_BYTES * position, 2 * DIGEST_BYTES * (position + 1)),
    size: states[position * STATE_NUMBERS + SIZE]!,
  })).sort((one, other) => one.path < other.path ? -1 : 1);
}
