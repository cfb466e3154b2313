import { Buffer } from "node:buffer";
import { putNumbers } from "./file_state.ts";
import type { FolderEntry, FolderReader } from "./folder_reader.ts";
import { PortableFolderReader } from "./portable_folder_reader.ts";

/** Sizes are declared with 32 bits, which Deno passes many times as quickly as 64, and in registers that are as wide. */
const CALLS = {
  openat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "u32"], result: "i32" },
} as const;

type Calls = Deno.DynamicLibrary<typeof CALLS>["symbols"];

// The same on all processors that Deno runs on.
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const O_RDONLY_CLOEXEC = 0o2000000;
/** Type, mode, times of modification and change, inode and size. */
const STATX_WANTED = 0x1 | 0x2 | 0x40 | 0x80 | 0x100 | 0x200;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
/** Types of entries of a folder. */
const DT_REG = 8;
/** A path may not be longer, its end included. */
const PATH_BYTES = 4096;
const ENTRIES_BYTES = 1 << 18;

let calls: Calls | null | undefined;

/**
 * Linux's own calls, by way of its C library: two to three times as quick as Deno's, which look at every path anew. What
 * goes wrong is left to Deno's calls, so that the errors are theirs.
 *
 * @returns undefined on other systems, and where Deno is not allowed to load the library
 */
export function linuxFolderReader(root: string): FolderReader | undefined {
  calls ??= load() ?? null;
  return calls === null ? undefined : new LinuxFolderReader(root, calls);
}

function load(): Calls | undefined {
  // Asked first, since to load it would ask whoever sits at the terminal.
  const isAllowed = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
  try {
    return isAllowed ? Deno.dlopen("libc.so.6", CALLS).symbols : undefined;
  } catch {
    return undefined;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const pathBytes = new Uint8Array(PATH_BYTES);
const noPath = new Uint8Array(1);
const statBytes = new Uint8Array(256);
const stat = new DataView(statBytes.buffer);

class LinuxFolderReader implements FolderReader {
  readonly #calls: Calls;
  readonly #otherwise: PortableFolderReader;
  /** Of the folder. */
  readonly #folder: number;

  constructor(root: string, calls: Calls) {
    this.#calls = calls;
    this.#otherwise = new PortableFolderReader(root);
    this.#folder = this.#openAt(AT_FDCWD, root);
  }

  list(path: string): readonly FolderEntry[] {
    return this.#entries(path) ?? this.#otherwise.list(path);
  }

  tell(path: string, states: Float64Array, position: number): boolean {
    const isTold = toBytes(path) && this.#calls.statx(this.#folder, pathBytes, 0, STATX_WANTED, statBytes) === 0 &&
      putStat(states, position);
    return isTold || this.#otherwise.tell(path, states, position);
  }

  read(path: string, target: Uint8Array, size: number, state?: Float64Array): number {
    const file = this.#openAt(this.#folder, path);
    if (file < 0) return this.#otherwise.read(path, target, size, state);
    try {
      let read = 0;
      while (read < size) {
        const rest = read === 0 ? target : target.subarray(read);
        const count = this.#calls.read(file, rest, size - read);
        if (count < 0) return -1;
        if (count === 0) break;
        read += count;
      }
      if (state === undefined) return read;
      const isTold = this.#calls.statx(file, noPath, AT_EMPTY_PATH, STATX_WANTED, statBytes) === 0 &&
        putStat(state, 0);
      return isTold ? read : -1;
    } finally {
      this.#calls.close(file);
    }
  }

  [Symbol.dispose](): void {
    if (this.#folder >= 0) this.#calls.close(this.#folder);
  }

  #openAt(folder: number, path: string): number {
    return toBytes(path) ? this.#calls.openat(folder, pathBytes, O_RDONLY_CLOEXEC, 0) : -1;
  }

  #entries(path: string): FolderEntry[] | undefined {
    const folder = this.#openAt(this.#folder, path === "" ? "." : path);
    if (folder < 0) return undefined;
    const found: FolderEntry[] = [];
    const bytes = new Uint8Array(ENTRIES_BYTES);
    try {
      while (true) {
        const length = this.#calls.getdents64(folder, bytes, bytes.length);
        if (length < 0) return undefined;
        if (length === 0) return found;
        putEntries(found, bytes, length);
      }
    } finally {
      this.#calls.close(folder);
    }
  }
}

/** Writes a path as C has it; false where it is too long. */
function toBytes(path: string): boolean {
  if (path.length >= PATH_BYTES) return false;
  // Most paths are plain, and these are written more quickly so.
  for (let at = 0;; at++) {
    if (at === path.length) {
      pathBytes[at] = 0;
      return true;
    }
    const code = path.charCodeAt(at);
    if (code >= 128) break;
    pathBytes[at] = code;
  }
  const { read, written } = encoder.encodeInto(path, pathBytes.subarray(0, PATH_BYTES - 1));
  pathBytes[written] = 0;
  return read === path.length;
}

/** Reads `struct statx`; false where it is no file. Times are those that Deno tells: whole milliseconds, and seconds. */
function putStat(states: Float64Array, position: number): boolean {
  const mode = stat.getUint16(28, true);
  const [changed, modified] = [seconds(96), seconds(112)];
  // What Deno makes of times before 1970 is left to it.
  if ((mode & S_IFMT) !== S_IFREG || changed < 0 || modified < 0) return false;
  putNumbers(
    states,
    position,
    device(stat.getUint32(136, true), stat.getUint32(140, true)),
    long(32),
    long(40),
    modified * 1000 + Math.floor(stat.getUint32(120, true) / 1e6),
    changed * 1000,
    mode,
  );
  return true;
}

/** As the C library makes one number of two. */
function device(major: number, minor: number): number {
  return (major >>> 12) * 2 ** 44 + (minor >>> 8) * 2 ** 20 + (major & 0xfff) * 2 ** 8 + (minor & 0xff);
}

function long(at: number): number {
  return stat.getUint32(at + 4, true) * 2 ** 32 + stat.getUint32(at, true);
}

function seconds(at: number): number {
  return stat.getInt32(at + 4, true) * 2 ** 32 + stat.getUint32(at, true);
}

/** Reads `struct linux_dirent64`, one behind the other; as in Deno, what is no UTF-8 in a name is U+FFFD. */
function putEntries(found: FolderEntry[], bytes: Uint8Array, length: number): void {
  // Cut from one text: a text for each name takes longer.
  const text = Buffer.from(bytes.buffer, 0, length).toString("latin1");
  for (let at = 0; at < length; at += bytes[at + 16]! + 256 * bytes[at + 17]!) {
    const start = at + 19;
    let [end, isPlain] = [start, true];
    for (; bytes[end] !== 0; end++) isPlain &&= bytes[end]! < 128;
    const name = isPlain ? text.slice(start, end) : decoder.decode(bytes.subarray(start, end));
    if (name === "." || name === "..") continue;
    found.push({ name, isFile: bytes[at + 18] === DT_REG });
  }
}
