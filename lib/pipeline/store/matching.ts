import { join } from "node:path";
import { Glob } from "../glob.ts";
import { IGNORED_FOLDERS } from "./ignored_folders.ts";

/**
 * The files below a folder that a pattern matches, relative to it, sorted. Folders of tools and links to folders are not
 * looked into.
 */
export function matchingFiles(folder: string, pattern: string): string[] {
  const glob = new Glob(pattern);
  const found: string[] = [];
  const visit = (relative: string): void => {
    for (const entry of entriesOf(join(folder, relative))) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory) {
        if (!IGNORED_FOLDERS.has(entry.name) && glob.reaches(path)) visit(path);
      } else if (glob.matches(path) && (!entry.isSymlink || isFile(join(folder, path)))) {
        found.push(path);
      }
    }
  };
  visit("");
  return found.sort();
}

function entriesOf(folder: string): Iterable<Deno.DirEntry> {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
