import type { Diagnostic } from "../diagnostic.ts";
import { formatDiagnostics } from "../diagnostic_text.ts";
import { readPipeline } from "../file/reader.ts";
import type { Pipeline } from "../file/pipeline.ts";
import { buildGraph } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import { selectStages } from "../graph/selection.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { CommonFlags } from "./flags.ts";
import { parseRequests } from "./request.ts";

/** A pipeline that has been read, and the stages that a command is about. */
export interface Opened {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** All of its stages. */
  readonly graph: Graph;
  /** Names of the stages asked for. */
  readonly selected: ReadonlySet<string>;
}

/** Which stages targets mean, besides themselves. */
export interface SelectionFlags {
  /** The targets alone. */
  readonly singleItem?: boolean;
  /** The targets and what is downstream of them. */
  readonly downstream?: boolean;
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
  const requests: Opened[] = [];
  for (const request of parseRequests(targets, flags.file, context.folder)) {
    const pipeline = await readPipeline(request.file);
    report(context, pipeline.diagnostics);
    if (!pipeline.ok) {
      conclude(context, EXIT.invalid);
      continue;
    }
    const graph = buildGraph(pipeline.value);
    report(context, graph.diagnostics);
    if (!graph.ok) {
      conclude(context, EXIT.invalid);
      continue;
    }
    const selected = selectStages(graph.value, [...request.targets], {
      single: flags.singleItem ?? false,
      downstream: flags.downstream ?? false,
      glob: flags.glob,
    });
    report(context, selected.diagnostics);
    if (selected.ok) requests.push({ pipeline: pipeline.value, graph: graph.value, selected: selected.value });
    else conclude(context, EXIT.usage);
  }
  return context.process.exitCode ? [] : requests;
}

/** Prints what is wrong, or doubtful, as the person who typed the command sees the files. */
export function report({ errors, folder }: Context, diagnostics: readonly Diagnostic[]): void {
  const options = { color: errors.color, folder, columns: errors.terminal ? errors.columns() : undefined };
  if (diagnostics.length > 0) errors.write(`${formatDiagnostics(diagnostics, options)}\n`);
}

/** Sets the exit code; the first one that is not 0 stays. */
export function conclude({ process }: Context, code: number): void {
  process.exitCode = process.exitCode || code;
}
