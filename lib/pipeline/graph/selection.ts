import { relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import type { Diagnostic, Result } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import type { Stage } from "../file/pipeline.ts";
import type { Graph } from "./graph.ts";

/** How targets become stages. */
export interface SelectionOptions {
  /** The targets and all that is downstream of them, instead of upstream. */
  readonly downstream?: boolean;
  /** The targets and all that is connected with them, up and down. */
  readonly whole?: boolean;
  /** The targets alone. */
  readonly single?: boolean;
  /** Targets are patterns (`train@*`, `outputs/**`). */
  readonly glob?: boolean;
  /** What the names of the stages begin with that targets may name without it: `sub/dvc.yaml:`; none unless given. */
  readonly home?: string;
  /** No targets select the stages of that file alone, not all. */
  readonly own?: boolean;
  /** Absolute folder of the pipeline: a target that is a folder selects the stages of all files in it. */
  readonly inside?: string;
}

/**
 * The names of the stages that targets select, in topological order, by default with all that they wait for. A target is a
 * stage (`train@8`), a group (`train`), or a path (relative to the pipeline file, or to the current folder) that is an out,
 * lies inside one or holds one. No targets select every stage, or those of one file. An unknown target is an error.
 */
export function selectStages(
  graph: Graph,
  targets: readonly string[],
  options: SelectionOptions = {},
): Result<ReadonlySet<string>> {
  const { home = "", own = false, inside } = options;
  const diagnostics: Diagnostic[] = [];
  const chosen = new Set<string>(targets.length > 0 ? [] : ownStages(graph, own ? home : undefined));
  for (const target of targets) {
    const names = options.glob
      ? matching(graph, target, home)
      : inside !== undefined && isFolder(target)
      ? below(graph, relative(inside, resolve(target)).replaceAll(sep, "/"))
      : named(graph, target, home);
    if (names.length === 0) diagnostics.push(unknownTarget(graph, target, options.glob ?? false));
    for (const name of names) chosen.add(name);
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  if (options.whole) reach(chosen, graph.upstream, graph.downstream);
  else if (!options.single) reach(chosen, options.downstream ? graph.downstream : graph.upstream);
  return { ok: true, value: new Set([...graph.stages.keys()].filter((name) => chosen.has(name))), diagnostics };
}

/** The stages of a file, by what their names begin with; of all files where that is undefined. */
function ownStages(graph: Graph, home: string | undefined): readonly string[] {
  const names = [...graph.stages.keys()];
  return home === undefined ? names : names.filter((name) => fileOf(name) === home);
}

/** What a stage's name begins with where its file is not the one at the root: `sub/dvc.yaml:`. */
function fileOf(name: string): string {
  return name.slice(0, name.indexOf(":") + 1);
}

/** The stages of the files in a folder, relative to the pipeline's. */
function below(graph: Graph, folder: string): readonly string[] {
  return [...graph.stages.keys()].filter((name) => folder === "" || fileOf(name).startsWith(`${folder}/`));
}

function named(graph: Graph, target: string, home: string): readonly string[] {
  for (const name of [home + target, target]) if (graph.stages.has(name)) return [name];
  const stages = [...graph.stages.values()];
  const group = stages.filter((stage) => stage.group === home + target || stage.group === target);
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

function matching(graph: Graph, pattern: string, home: string): readonly string[] {
  const matches = picomatch(pattern, { dot: true });
  const local = (name: string): string => name.startsWith(home) ? name.slice(home.length) : name;
  return [...graph.stages.values()]
    .filter((stage) =>
      matches(local(stage.name)) || matches(local(stage.group)) || stage.outs.some((out) => matches(out.relative))
    )
    .map((stage) => stage.name);
}

function reach(names: Set<string>, ...ways: readonly Graph["upstream"][]): void {
  for (const name of names) {
    for (const neighbours of ways) for (const next of neighbours.get(name) ?? []) names.add(next);
  }
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

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
