import { cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A path that takes the place of another. */
export interface Move {
  /** Absolute path of what is moved. */
  readonly from: string;
  /** Absolute path where it is to stand. */
  readonly to: string;
}

/**
 * Moves files or folders to where others may stand. Where one cannot be moved, those that stood there before are put back
 * and the error is thrown.
 *
 * @param aside a new folder for what stood there, on the file system of the sources
 */
export function replaceAll(moves: readonly Move[], aside: string): void {
  mkdirSync(aside);
  const undo: (() => void)[] = [];
  try {
    for (const [position, { from, to }] of moves.entries()) {
      mkdirSync(dirname(to), { recursive: true });
      if (isThere(to)) {
        const previous = join(aside, String(position));
        move(to, previous);
        undo.push(() => move(previous, to));
      }
      move(from, to);
      undo.push(() => rmSync(to, { recursive: true, force: true }));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A rename, or between file systems a copy that appears by rename. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    const draft = join(dirname(to), `.${basename(to)}.${crypto.randomUUID()}`);
    try {
      cpSync(from, draft, { recursive: true });
      renameSync(draft, to);
    } finally {
      if (existsSync(draft)) rmSync(draft, { recursive: true, force: true });
    }
    rmSync(from, { recursive: true, force: true });
  }
}
