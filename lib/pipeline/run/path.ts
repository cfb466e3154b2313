import { relative, sep } from "node:path";
import { isWithin } from "../path.ts";

/**
 * The path without links; of what does not exist, that of the nearest folder that does, and the rest.
 *
 * @param path absolute and normalised
 */
export function realPath(path: string): string {
  let existing = path;
  while (true) {
    try {
      return Deno.realPathSync(existing) + path.slice(existing.length);
    } catch {
      const cut = existing.lastIndexOf(sep);
      if (cut <= 0) return path;
      existing = existing.slice(0, cut);
    }
  }
}

/** A path as a message about a stage shows it: relative to the stage's folder where it lies inside. */
export function pathInMessage(path: string, folder: string): string {
  return isWithin(path, folder) && path !== folder ? relative(folder, path) : path;
}
