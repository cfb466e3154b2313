import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openDisplay } from "../display/opening.ts";
import type { Stage } from "../file/pipeline.ts";
import { expandedStage } from "../plan/expanded_deps.ts";
import { diskOf } from "../plan/disk.ts";
import { type DebugRun, debugShell, debugStage, writeScript } from "../run/debug_run.ts";
import type { Job } from "../run/job.ts";
import { missingDep } from "../run/missing_deps.ts";
import { prepare } from "../run/preparation.ts";
import { Workspace } from "../store/workspace.ts";
import { Scratch } from "../verification/scratch.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { RunFlags } from "./shell_flags.ts";
import { Interruption } from "./interruption.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { UsageError } from "./usage_error.ts";

/**
 * `run`: runs one stage in a copy of what it reads, on this terminal, for a person who wants to look at it. The project, the
 * lock and the cache stay as they are; the copy of a stage that failed stays too, and is named.
 */
export default async function run(this: Context, flags: RunFlags, target: string, ...args: string[]): Promise<void> {
  const [opened] = await openRequests(this, { ...flags, glob: false, singleItem: true }, [target]);
  if (opened === undefined) return;
  const [name, ...others] = opened.selected;
  if (name === undefined || others.length > 0) {
    throw new UsageError(`run takes one stage; ${target} is ${[...opened.selected].join(", ") || "none"}`);
  }
  const stage = opened.graph.stages.get(name)!;
  if (stage.frozen) throw new UsageError(`${name} is frozen; unfreeze it first`);
  using workspace = await Workspace.open(opened.pipeline.folder);
  await runInCopy(this, workspace, opened, stage, flags, args);
}

async function runInCopy(
  context: Context,
  workspace: Workspace,
  opened: Opened,
  declared: Stage,
  { shell, keep }: RunFlags,
  args: readonly string[],
): Promise<void> {
  const { pipeline, graph, selected } = opened;
  const { name } = declared;
  const preparation = await prepare(workspace, pipeline, graph, selected);
  report(context, preparation.diagnostics);
  if (!preparation.ok) return conclude(context, EXIT.invalid);
  const stage = expandedStage(declared, pipeline.folder, diskOf(workspace).matching);
  const problems = [
    ...stage.deps.filter(({ path, glob }) => glob !== undefined || !exists(path))
      .map((dep) => missingDep(graph, stage, dep)),
    ...stage.params.flatMap(({ problem }) => problem ?? []),
  ];
  report(context, problems);
  if (problems.length > 0) return conclude(context, EXIT.invalid);

  const scratch = new Scratch(workspace.root, `pipeline-${name.replaceAll(/[^\w@.-]/g, "-")}-`);
  const copy = scratch.take(opened, [stage]);
  const { closures, resolutions } = preparation.value;
  const code = stage.action.kind === "run" ? closures.get(stage.action.module) : undefined;
  const folder = join(scratch.root, ".pipeline");
  const state = preparation.value.descriptions.get(name)?.resumes === undefined ? undefined : join(folder, "state");
  if (state !== undefined) mkdirSync(state, { recursive: true });
  const job: Job = {
    ...code && { code },
    resolutions: resolutions.get(name) ?? [],
    ...state !== undefined && { state },
    flags: stage.action.kind === "run" ? args : [],
    root: scratch.root,
    scratch: folder,
    commit: () => Promise.resolve(),
  };
  const display = await openDisplay(context.output, context.folder);
  const debug = { stage: copy.graph.stages.get(name)!, job, folder, emit: display.show };
  try {
    const failed = await (shell ? inShell : directly)(context, debug, args);
    display.close();
    if (failed) conclude(context, EXIT.failed);
    if (failed || keep || shell) context.output.write(`${name}: the copy in which it ran is ${scratch.root}\n`);
    else {
      scratch[Symbol.dispose]();
      context.output.write(`${name} ran to its end; its outs are dropped with the copy (--keep keeps them)\n`);
    }
  } finally {
    display.close();
  }
}

type Debug = Omit<DebugRun, "signal">;

/** @returns whether it failed */
async function directly(context: Context, debug: Debug, args: readonly string[]): Promise<boolean> {
  // A command's Ctrl-C is its own; a module is asked to end.
  const isModule = debug.stage.action.kind === "run";
  using interruption = isModule ? new Interruption({ ask: () => {}, leave: () => {} }) : undefined;
  const signal = interruption?.signal ?? new AbortController().signal;
  const job = interruption === undefined ? debug.job : { ...debug.job, kill: interruption.kill };
  const diagnostics = await debugStage({ ...debug, job, signal }, args);
  report(context, diagnostics);
  return diagnostics.length > 0;
}

/** @returns false: a shell's exit code is that of its last command, and says nothing of the stage */
async function inShell(context: Context, debug: Debug, args: readonly string[]): Promise<boolean> {
  const run = { ...debug, signal: new AbortController().signal };
  const script = await writeScript(run, args);
  context.output.write(`A shell in a copy of what ${debug.stage.name} reads; $STAGE_RUN (${script}) runs it\n`);
  await debugShell(run, script);
  return false;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
