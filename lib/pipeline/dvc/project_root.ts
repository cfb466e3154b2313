import { dirname, join, relative, sep } from "node:path";
import { DVC_FILE } from "../file/pipeline.ts";

/** The root of the DVC project that a folder lies in: the nearest folder from it up that has `.dvc`, else the folder. */
export function projectRoot(folder: string): string {
  for (let candidate = folder;; candidate = dirname(candidate)) {
    if (isFolder(join(candidate, ".dvc"))) return candidate;
    if (dirname(candidate) === candidate) return folder;
  }
}

/** The file that stands for a whole DVC project: the `dvc.yaml` at its root, even where there is none. */
export function projectFile(file: string): string {
  return join(projectRoot(dirname(file)), DVC_FILE);
}

/** What the names of a `dvc.yaml`'s stages begin with in the whole project, as DVC addresses them: `sub/dvc.yaml:`. */
export function stagePrefix(root: string, file: string): string {
  const path = relative(root, file).replaceAll(sep, "/");
  return path === DVC_FILE ? "" : `${path}:`;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
