import { basename } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import { formatDiagnostics } from "../diagnostic_text.ts";
import { readPipeline } from "./pipeline_reader.ts";
import { stagePrefix } from "../dvc/project_root.ts";
import { DVC_FILE, type Pipeline } from "../file/pipeline.ts";
import { diagnosticLine } from "../json/diagnostic_json.ts";
import { buildGraph } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import { selectStages } from "../graph/selection.ts";
import { type Lock, lockPath, readLock } from "../store/lock.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { CommonFlags } from "./flags.ts";
import { parseRequests, type Request } from "./request.ts";

/** A pipeline that has been read, and the stages that a command is about. */
export interface Opened {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** All of its stages. */
  readonly graph: Graph;
  /** Names of the stages asked for. */
  readonly selected: ReadonlySet<string>;
  /** Of these, the ones that targets name themselves; in a `dvc.yaml`, where there are no others, all. */
  readonly asked: ReadonlySet<string>;
}

/** Which stages targets mean, besides themselves. */
export interface SelectionFlags {
  /** The targets alone. */
  readonly singleItem?: boolean;
  /** The targets and what is downstream of them. */
  readonly downstream?: boolean;
  /** The targets and all that is connected with them. */
  readonly pipeline?: boolean;
  /** Without targets, the stages of the file alone, not of all files of its project. */
  readonly own?: boolean;
  /** Targets that are folders mean the stages of all files in them. */
  readonly recursive?: boolean;
}

/**
 * The pipelines that a command line asks for. What is wrong with any of them is printed and sets the exit code; then there
 * are none, so that nothing is started.
 *
 * @throws {UsageError} where there is no pipeline file
 */
export async function openRequests(
  context: Context,
  flags: CommonFlags & SelectionFlags,
  targets: readonly string[],
): Promise<readonly Opened[]> {
  const opened = new Map<string, Opened>();
  for (const request of parseRequests(targets, flags.file, context.folder, flags.recursive)) {
    const read = await readPipeline(request.file);
    report(context, read.diagnostics);
    if (!read.ok) {
      conclude(context, EXIT.invalid);
      continue;
    }
    const pipeline = read.value;
    const graph = buildGraph(pipeline);
    report(context, graph.diagnostics);
    if (!graph.ok) {
      conclude(context, EXIT.invalid);
      continue;
    }
    const selected = selectStages(graph.value, [...request.targets], {
      single: flags.singleItem ?? false,
      downstream: flags.downstream ?? false,
      whole: flags.pipeline ?? false,
      glob: flags.glob,
      own: request.named || (flags.own ?? false),
      ...(basename(request.file) === DVC_FILE && { home: stagePrefix(pipeline.folder, request.file) }),
      ...(flags.recursive && { inside: pipeline.folder }),
    });
    report(context, selected.diagnostics);
    if (!selected.ok) {
      conclude(context, EXIT.usage);
      continue;
    }
    // Several files may belong to one project.
    const others = opened.get(pipeline.file);
    const names = [...graph.value.stages.keys()].filter((name) =>
      others?.selected.has(name) || selected.value.has(name)
    );
    const asked = askedStages(request, graph.value, selected.value, flags).union(others?.asked ?? new Set<string>());
    opened.set(pipeline.file, { pipeline, graph: graph.value, selected: new Set(names), asked });
  }
  return context.process.exitCode ? [] : [...opened.values()];
}

function askedStages(
  { file, targets }: Request,
  graph: Graph,
  selected: ReadonlySet<string>,
  { glob }: CommonFlags,
): ReadonlySet<string> {
  if (basename(file) === DVC_FILE) return selected;
  const named = targets.length === 0 ? undefined : selectStages(graph, targets, { single: true, glob });
  return named?.ok ? named.value : new Set();
}

/** Prints what is wrong, or doubtful, as the person who typed the command sees the files. */
export function report({ output, errors, folder, json }: Context, diagnostics: readonly Diagnostic[]): void {
  if (json) {
    for (const diagnostic of diagnostics) {
      output.write(`${JSON.stringify(diagnosticLine(diagnostic, folder))}\n`);
    }
    return;
  }
  const options = { color: errors.color, folder, columns: errors.terminal ? errors.columns() : undefined };
  if (diagnostics.length > 0) errors.write(`${formatDiagnostics(diagnostics, options)}\n`);
}

/** The lock of a pipeline, for a verb that works with what it records; undefined where it cannot be read, which is then said. */
export async function openLock(
  context: Context,
  { pipeline }: Opened,
  workspace: Workspace,
): Promise<Lock | undefined> {
  workspace.digests.leaveOut(pipeline.ignores);
  const lock = await readLock(lockPath(pipeline.file), workspace.index);
  report(context, lock.diagnostics);
  if (lock.ok) return lock.value;
  conclude(context, EXIT.invalid);
  return undefined;
}

/** Sets the exit code; the first one that is not 0 stays. */
export function conclude({ process }: Context, code: number): void {
  process.exitCode = process.exitCode || code;
}
