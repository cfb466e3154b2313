import { linuxFolderReader } from "./linux_folder_reader.ts";
import { PortableFolderReader } from "./portable_folder_reader.ts";

/** Looks at what lies below a folder, many times in a row; paths are relative to it, with `/`. */
export interface FolderReader extends Disposable {
  /**
   * What stands directly in a folder, in the order in which the system lists it; `""` is the folder itself.
   *
   * @throws the system's error where it cannot be listed
   */
  list(path: string): readonly FolderEntry[];
  /** Writes the state of a file, links followed, see `putState`; false where there is no file, or nothing can be told. */
  tell(path: string, states: Float64Array, position: number): boolean;
  /**
   * Reads the beginning of a file, and then writes its state at the first position, where that is wanted.
   *
   * @returns how many bytes, up to `size`; -1 where it cannot be read, or its state not be told
   */
  read(path: string, target: Uint8Array, size: number, state?: Float64Array): number;
}

/** What stands in a folder. */
export interface FolderEntry {
  /** Without the folder. */
  readonly name: string;
  /** Whether it is known to be a file; a link is none. */
  readonly isFile: boolean;
}

/** Opens a folder, absolute, by the quickest means of the machine. */
export function openFolder(root: string): FolderReader {
  return linuxFolderReader(root) ?? new PortableFolderReader(root);
}
