import { relative, sep } from "node:path";
import { Glob } from "../glob.ts";
import { matchingFiles } from "../store/matching.ts";
import type { PathDigest } from "../store/path_digest.ts";
import type { Workspace } from "../store/workspace.ts";

/** What stands where, now or soon. */
export interface Disk {
  /** The digest of what stands at an absolute path; undefined where nothing does. */
  readonly digest: (path: string) => Promise<PathDigest | undefined>;
  /** The absolute paths of the files below a folder that a pattern matches, sorted. */
  readonly matching: (folder: string, pattern: string) => readonly string[];
}

/** The disk as it is. */
export function diskOf({ digests }: Workspace): Disk {
  return {
    digest: (path) => digests.digest(path),
    matching: (folder, pattern) => matchingFiles(folder, pattern).map((path) => `${folder}${sep}${path}`),
  };
}

/** Of absolute paths, those below a folder that a pattern matches, each once, sorted. */
export function matchesAmong(paths: Iterable<string>, folder: string, pattern: string): string[] {
  const glob = new Glob(pattern);
  const found = [...new Set(paths)].filter((path) =>
    path.startsWith(folder + sep) && glob.matches(relative(folder, path).replaceAll(sep, "/"))
  );
  return found.sort();
}
