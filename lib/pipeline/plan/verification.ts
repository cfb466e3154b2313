import type { Stage } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import type { Workspace } from "../store/workspace.ts";
import { type Closure, closureOf } from "./closure.ts";
import type { Identity } from "./identity.ts";

/**
 * Makes sure that a stage's deps are those of an identity worked out before it ran.
 *
 * @throws {StoreError} where one changed, so that nobody knows what the stage read
 */
export async function verifyDeps(workspace: Workspace, stage: Stage, identity: Identity): Promise<void> {
  for (const dep of stage.deps) {
    const now = await workspace.digests.digest(dep.path);
    const before = identity.deps.find(({ path }) => path === dep.relative);
    if (now?.sha256 !== before?.sha256) throw changedMeanwhile(stage, dep.relative);
  }
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
