import { closeSync, openSync, readSync } from "node:fs";
import { putState } from "./file_state.ts";
import type { FolderEntry, FolderReader } from "./folder_reader.ts";

/** By Deno's calls, which every system has. */
export class PortableFolderReader implements FolderReader {
  readonly #root: string;

  /** Takes an absolute folder; nothing is opened. */
  constructor(root: string) {
    this.#root = root;
  }

  /** See `FolderReader`. */
  list(path: string): readonly FolderEntry[] {
    return [...Deno.readDirSync(this.#absolute(path))];
  }

  /** See `FolderReader`. */
  tell(path: string, states: Float64Array, position: number): boolean {
    try {
      const stat = Deno.statSync(this.#absolute(path));
      if (!stat.isFile) return false;
      putState(states, position, stat);
      return true;
    } catch {
      return false;
    }
  }

  /** See `FolderReader`. */
  read(path: string, target: Uint8Array, size: number, state?: Float64Array): number {
    const count = readInto(target, this.#absolute(path), size);
    return count >= 0 && (state === undefined || this.tell(path, state, 0)) ? count : -1;
  }

  /** Nothing is open. */
  [Symbol.dispose](): void {}

  #absolute(path: string): string {
    return path === "" ? this.#root : `${this.#root}/${path}`;
  }
}

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
