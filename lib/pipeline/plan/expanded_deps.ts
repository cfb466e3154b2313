import { relative, sep } from "node:path";
import type { Dep, Stage } from "../file/pipeline.ts";
import { isWithin } from "../path.ts";
import type { Disk } from "./disk.ts";
import type { Identity } from "./identity.ts";

/**
 * A stage's deps with patterns replaced by the files that they match; the stage's own outs are not among them. A pattern
 * that nothing matches stays.
 *
 * @param folder absolute folder of the pipeline
 */
export function expandedDeps({ deps, outs }: Stage, folder: string, matching: Disk["matching"]): Dep[] {
  return deps.flatMap((dep) => {
    if (dep.glob === undefined) return [dep];
    const files = matching(dep.path, dep.glob).filter((path) => !outs.some((out) => isWithin(path, out.path)));
    return files.length === 0 ? [dep] : files.map((path) => fileDep(dep, path, relativePath(folder, path)));
  });
}

/** The stage with patterns replaced by the files that they match. */
export function expandedStage(stage: Stage, folder: string, matching: Disk["matching"]): Stage {
  return { ...stage, deps: expandedDeps(stage, folder, matching).map(withPosition) };
}

/** The stage with patterns replaced by the files that its identity has, which are those that it gets. */
export function stageOf(stage: Stage, { deps }: Pick<Identity, "deps">): Stage {
  if (stage.deps.every(({ glob }) => glob === undefined)) return stage;
  return {
    ...stage,
    deps: stage.deps.flatMap((dep) => {
      if (dep.glob === undefined) return [dep];
      const base = dep.relative.slice(0, -dep.glob.length);
      const files = deps.filter(({ glob, name }) => glob === dep.relative && name === dep.name);
      return files.map(({ path }) => fileDep(dep, `${dep.path}${sep}${path.slice(base.length)}`, path));
    }).map(withPosition),
  };
}

/** A file that a pattern matches, in its place. */
function fileDep({ glob: _, ...dep }: Dep, path: string, relative: string): Dep {
  return { ...dep, path, relative, matches: dep.relative };
}

/** A module gets the files of a pattern as a list. */
function withPosition(dep: Dep, index: number, all: readonly Dep[]): Dep {
  if (dep.matches === undefined) return dep;
  const first = all.findIndex((other) => other.matches === dep.matches && other.name === dep.name);
  return { ...dep, index: index - first };
}

function relativePath(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/");
}
