import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Stage } from "../file/pipeline.ts";
import { gitIgnored } from "../store/git_ignored.ts";
import type { Lock } from "../store/lock.ts";
import { matchingFiles } from "../store/matching.ts";

/**
 * The stages that a clone can recompute: all they read is there and none of it is ignored by git, and so is something of
 * what they write. Where git does not keep the project, everything that is there counts.
 *
 * @param root absolute folder of the project
 * @param lock tells what patterns matched
 */
export async function fromCommitted(stages: readonly Stage[], root: string, lock: Lock): Promise<Stage[]> {
  const folder = dirname(lock.path);
  /** What the stage reads, and what patterns matched when it ran. */
  const needsOf = (stage: Stage): string[] => {
    const deps = lock.stages.get(stage.name)?.deps ?? [];
    return [...inputsOf(stage), ...deps.filter(({ glob }) => glob !== undefined).map(({ path }) => join(folder, path))];
  };
  const paths = stages.flatMap((stage) => [...needsOf(stage), ...stage.outs.map(({ path }) => path)]);
  const ignored = await gitIgnored([...new Set(paths)], root);
  const isKept = (path: string): boolean => existsSync(path) && !ignored.has(path);
  return stages.filter((stage) =>
    !stage.frozen && needsOf(stage).every(isKept) && stage.outs.some(({ path }) => isKept(path))
  );
}

/** Absolute paths of what a stage reads: its deps, of patterns what they match, and the files of its params. */
export function inputsOf({ deps, params }: Stage): string[] {
  const paths = deps.flatMap(({ path, glob }) =>
    glob === undefined ? [path] : matchingFiles(path, glob).map((file) => join(path, file))
  );
  return [...new Set([...paths, ...params.map(({ file }) => file)])];
}
