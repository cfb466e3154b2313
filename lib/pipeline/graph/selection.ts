import { resolve } from "node:path";
import picomatch from "picomatch";
import type { Diagnostic, Result } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import type { Stage } from "../file/pipeline.ts";
import type { Graph } from "./graph.ts";

/** How targets become stages. */
export interface SelectionOptions {
  /** The targets and all that is downstream of them, instead of upstream. */
  readonly downstream?: boolean;
  /** The targets alone. */
  readonly single?: boolean;
  /** Targets are patterns (`train@*`, `outputs/**`). */
  readonly glob?: boolean;
}

/**
 * The names of the stages that targets select, in topological order, by default with all that they wait for. A target is a
 * stage (`train@8`), a group (`train`), or a path (relative to the pipeline file, or to the current folder) that is an out,
 * lies inside one or holds one. No targets select every stage. An unknown target is an error.
 */
export function selectStages(
  graph: Graph,
  targets: readonly string[],
  options: SelectionOptions = {},
): Result<ReadonlySet<string>> {
  if (targets.length === 0) return { ok: true, value: new Set(graph.stages.keys()), diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const chosen = new Set<string>();
  for (const target of targets) {
    const names = options.glob ? matching(graph, target) : named(graph, target);
    if (names.length === 0) diagnostics.push(unknownTarget(graph, target, options.glob ?? false));
    for (const name of names) chosen.add(name);
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  if (!options.single) reach(chosen, options.downstream ? graph.downstream : graph.upstream);
  return { ok: true, value: new Set([...graph.stages.keys()].filter((name) => chosen.has(name))), diagnostics };
}

function named(graph: Graph, target: string): readonly string[] {
  if (graph.stages.has(target)) return [target];
  const stages = [...graph.stages.values()];
  const group = stages.filter((stage) => stage.group === target);
  const found = group.length > 0 ? group : stages.filter((stage) => owns(stage, target));
  return found.map((stage) => stage.name);
}

function owns(stage: Stage, target: string): boolean {
  const path = resolve(target);
  const relative = target.replace(/^\.\//, "").replace(/\/+$/, "");
  return stage.outs.some((out) => touches(out.path, path) || touches(out.relative, relative));
}

function touches(out: string, path: string): boolean {
  return out === path || path.startsWith(`${out}/`) || out.startsWith(`${path}/`);
}

function matching(graph: Graph, pattern: string): readonly string[] {
  const matches = picomatch(pattern, { dot: true });
  return [...graph.stages.values()]
    .filter((stage) => matches(stage.name) || matches(stage.group) || stage.outs.some((out) => matches(out.relative)))
    .map((stage) => stage.name);
}

function reach(names: Set<string>, neighbours: Graph["upstream"]): void {
  for (const name of names) for (const next of neighbours.get(name) ?? []) names.add(next);
}

function unknownTarget(graph: Graph, target: string, glob: boolean): Diagnostic {
  const stages = [...graph.stages.values()];
  const candidates = new Set([
    ...stages.map((stage) => stage.name),
    ...stages.map((stage) => stage.group),
    ...stages.flatMap((stage) => stage.outs.map((out) => out.relative)),
  ]);
  const close = glob ? undefined : nearest(target, candidates);
  const groups = [...new Set(stages.map((stage) => stage.group))];
  return {
    severity: "error",
    message: glob ? `No stage or out matches ${target}` : `There is no stage, group or out ${target}`,
    hints: [
      ...(close ? [`Did you mean ${close}?`] : []),
      `Expected one of ${groups.slice(0, 12).join(", ")}${groups.length > 12 ? ", …" : ""}, or the path of an out`,
    ],
  };
}
