import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Names in `.pipeline/tmp` of what the store is still writing; a killed process leaves them, the next writer sweeps them. */
export const TEMPORARY_PREFIX = "store-";

/** Names there of contents of which a part has come; they stay for the next attempt, and are swept after a week. */
export const ARRIVAL_PREFIX = "arriving-";

/** A new name inside the folder for temporary files. */
export function temporaryPath(temporary: string, name: string): string {
  return join(temporary, `${TEMPORARY_PREFIX}${crypto.randomUUID()}-${basename(name)}`);
}

/**
 * Writes a small file so that a reader sees the old or the new text, whatever happens: a temporary file, fsync, rename,
 * fsync of the folder.
 *
 * @param temporary folder for the temporary file; beside the file where that is on another file system
 */
export function writeDurably(path: string, text: string, temporary: string = dirname(path)): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = temporaryPath(temporary, path);
  try {
    const file = openSync(draft, "wx", 0o644);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    const isElsewhere = (error as NodeJS.ErrnoException).code === "EXDEV" && temporary !== dirname(path);
    if (!isElsewhere) throw error;
    return writeDurably(path, text);
  }
  syncFolder(dirname(path));
}

/** Makes the renames inside a folder durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
