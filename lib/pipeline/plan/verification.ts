import type { Stage } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import type { Workspace } from "../store/workspace.ts";
import { type Closure, closureOf } from "./closure.ts";
import { diskOf } from "./disk.ts";
import { expandedDeps } from "./expanded_deps.ts";
import type { Identity } from "./identity.ts";

/**
 * Makes sure that a stage's deps are those of an identity worked out before it ran.
 *
 * @param folder absolute folder of the pipeline
 * @throws {StoreError} where one changed, so that nobody knows what the stage read
 */
export async function verifyDeps(
  workspace: Workspace,
  stage: Stage,
  identity: Identity,
  folder: string,
): Promise<void> {
  const disk = diskOf(workspace);
  const deps = expandedDeps(stage, folder, disk.matching);
  for (const dep of deps) {
    const now = dep.glob === undefined ? await disk.digest(dep.path) : undefined;
    const before = identity.deps.find(({ path }) => path === dep.relative);
    if (now?.sha256 !== before?.sha256) throw changedMeanwhile(stage, dep.relative);
  }
  const gone = identity.deps.find(({ path, glob }) =>
    glob !== undefined && !deps.some(({ relative }) => relative === path)
  );
  if (gone !== undefined) throw changedMeanwhile(stage, gone.path);
}

/**
 * Makes sure that a stage's code is that of a closure worked out before.
 *
 * @param part `all` once the stage's process has loaded its code; `lazy` at its end: what it imports on the way. A module
 * that was loaded may change after that.
 * @throws {StoreError} where it changed, so that nobody knows what the stage ran
 */
export async function verifyCode(
  workspace: Workspace,
  stage: Stage,
  before: Closure,
  part: "all" | "lazy",
): Promise<void> {
  if (stage.action.kind !== "run" || (part === "lazy" && before.lazy.length === 0)) return;
  const { module } = stage.action;
  const closures = await closureOf([module], workspace);
  const now = closures.ok ? closures.value.get(module) : undefined;
  if (now?.digest === before.digest) return;
  const digests = new Map(now?.modules.map(({ path, digest }) => [path, digest]));
  const changed = before.modules.find(({ path, digest }) =>
    digests.get(path) !== digest && (part === "all" || before.lazy.includes(path))
  );
  if (part === "all" || changed !== undefined) {
    throw changedMeanwhile(stage, changed?.path ?? "What its module imports");
  }
}

function changedMeanwhile(stage: Stage, what: string): StoreError {
  return new StoreError(
    `${what} changed while ${stage.name} ran, so what the stage read is not known and its result is dropped`,
    ["Leave the deps and the code of running stages alone, and reproduce again"],
  );
}
