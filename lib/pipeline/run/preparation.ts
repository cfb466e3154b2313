import { basename } from "node:path";
import { hasErrors, type Range, type Result } from "../diagnostic.ts";
import { DVC_FILE, type Pipeline, type Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import type { Description } from "../modules/description.ts";
import type { Resolution } from "../modules/resolution.ts";
import type { Closure } from "../plan/closure.ts";
import { Planner, type PlannerOptions } from "../plan/planner.ts";
import { recordedStages, sparedStages } from "../plan/spared.ts";
import { askTools } from "./tools.ts";
import { missingDeps } from "./missing_deps.ts";
import { type Lock, lockPath, readLock } from "../store/lock.ts";
import type { Workspace } from "../store/workspace.ts";

/** What is known of the selected stages once all that can be wrong with them has been checked. */
export interface Preparation {
  /** Tells what each stage needs. */
  readonly planner: Planner;
  /** What was run before; the planner enters what is run now. */
  readonly lock: Lock;
  /** Import closures by absolute path of the module. */
  readonly closures: ReadonlyMap<string, Closure>;
  /** What the modules of `run` stages say of them, by stage name. */
  readonly descriptions: ReadonlyMap<string, Description>;
  /** What resolvers said, by stage name. */
  readonly resolutions: ReadonlyMap<string, readonly Resolution[]>;
}

/** What is asked of the planner besides. */
export type Keeping = Pick<PlannerOptions, "allowMissing" | "runCache" | "store"> & {
  /** In place of the lock that stands beside the pipeline file. */
  readonly lock?: Lock;
  /** True: the outs of any stage that the lock records may be absent until they are needed. */
  readonly sparesAll?: boolean;
  /** Stages whose outs have to be there; of the others, what git does not keep may be absent. All unless given. */
  readonly asked?: ReadonlySet<string>;
};

/**
 * Reads the lock, works out what the modules of the selected stages import, and has them check their names and values.
 * Nothing is run. What heavy modules this needs is loaded only where a selected stage is a `run` stage.
 *
 * @throws {StoreError} where the machine fails
 */
export async function prepare(
  workspace: Workspace,
  pipeline: Pipeline,
  graph: Graph,
  selected: ReadonlySet<string>,
  { lock: given, ...keeping }: Keeping = {},
): Promise<Result<Preparation>> {
  workspace.digests.leaveOut(pipeline.ignores);
  const stages = [...graph.stages.values()].filter(({ name }) => selected.has(name));
  // Resolvers answer from a process of their own; meanwhile the lock is read.
  const code = await readCode(workspace, stages.filter(({ frozen }) => !frozen));
  const lock: Result<Lock> = given === undefined
    ? await readLock(lockPath(pipeline.file), workspace.index)
    : { ok: true, value: given, diagnostics: [] };
  const resolutions: Result<Resolutions> = code.ok ? await code.value.resolving : { ok: false, diagnostics: [] };
  // In a dvc.yaml, a dep that no stage makes may yet appear: as an undeclared out of a stage before.
  const isDvc = basename(pipeline.file) === DVC_FILE;
  const missing = isDvc ? [] : missingDeps(graph, stages);
  const root = isDvc ? pipeline.folder : workspace.root;
  const tools = await askTools(stages.filter(({ frozen }) => !frozen), root);
  const diagnostics = [lock, code, resolutions, tools].flatMap((result) => result.diagnostics).concat(missing);
  if (!lock.ok || !code.ok || !resolutions.ok || !tools.ok || hasErrors(diagnostics)) return { ok: false, diagnostics };
  const { closures, descriptions } = code.value;
  const { asked = selected, sparesAll = false, ...options } = keeping;
  const wanted = pipeline.makesAbsent ? selected : asked;
  const planner = new Planner({
    ...options,
    spared: sparesAll
      ? recordedStages(graph, selected, lock.value)
      : await sparedStages(graph, selected, wanted, lock.value, workspace.root),
    workspace,
    lock: lock.value,
    closures,
    descriptions,
    resolutions: resolutions.value,
    tools: tools.value,
  });
  const value = { planner, lock: lock.value, closures, descriptions, resolutions: resolutions.value };
  return { ok: true, value, diagnostics };
}

type Resolutions = ReadonlyMap<string, readonly Resolution[]>;

interface CodeOfStages {
  readonly closures: ReadonlyMap<string, Closure>;
  readonly descriptions: ReadonlyMap<string, Description>;
  /** Never rejects unless the machine fails. */
  readonly resolving: Promise<Result<Resolutions>>;
}

async function readCode(workspace: Workspace, stages: readonly Stage[]): Promise<Result<CodeOfStages>> {
  const modules = new Map<string, Range>();
  for (const { action } of stages) {
    if (action.kind === "run" && !modules.has(action.module)) modules.set(action.module, action.range);
  }
  if (modules.size === 0) {
    const resolving = Promise.resolve<Result<Resolutions>>({ ok: true, value: new Map(), diagnostics: [] });
    return { ok: true, value: { closures: new Map(), descriptions: new Map(), resolving }, diagnostics: [] };
  }
  const { closureOf } = await import("../plan/closure.ts");
  const closures = await closureOf(modules.keys(), workspace, modules);
  if (!closures.ok) return closures;
  const { describeModules } = await import("../modules/description.ts");
  const descriptions = await describeModules(stages, closures.value, workspace.index);
  if (!descriptions.ok) return descriptions;
  const { resolveValues } = await import("../modules/resolution.ts");
  const resolving = resolveValues(stages, descriptions.value);
  return {
    ok: true,
    value: { closures: closures.value, descriptions: descriptions.value, resolving },
    diagnostics: [...closures.diagnostics, ...descriptions.diagnostics],
  };
}
