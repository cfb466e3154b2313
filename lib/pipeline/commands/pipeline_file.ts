import { dirname, join } from "node:path";
import { DVC_FILE } from "../file/pipeline.ts";

/** The names a pipeline file has, the preferred one first. */
export const PIPELINE_FILES = ["pipeline.yaml", DVC_FILE] as const;

/** The pipeline file in a folder; undefined where it has none. */
export function pipelineFileIn(folder: string): string | undefined {
  return PIPELINE_FILES.map((name) => join(folder, name)).find(isFile);
}

/**
 * The pipeline file in an absolute folder, or in the nearest one above it, up to the root of the repository or of the DVC
 * project.
 */
export function findPipelineFile(folder: string): string | undefined {
  for (let current = folder;; current = dirname(current)) {
    const found = pipelineFileIn(current);
    if (found !== undefined) return found;
    const isRoot = [".git", ".dvc"].some((name) => exists(join(current, name)));
    if (isRoot || dirname(current) === current) return undefined;
  }
}

/** True where the path names a file, directly or by a link. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** True where the path names a folder, directly or by a link. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  return isFile(path) || isFolder(path);
}
