import { sep } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { Dep, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";

/** Errors about deps that do not exist and that no stage makes: better known before anything starts. */
export function missingDeps(graph: Graph, stages: readonly Stage[]): Diagnostic[] {
  return stages.filter(({ frozen }) => !frozen).flatMap((stage) =>
    stage.deps.filter(({ path }) => producerOf(graph, stage, path) === undefined && !exists(path))
      .map((dep) => missingDep(graph, stage, dep))
  );
}

/** The error about a dep that does not exist. */
export function missingDep(graph: Graph, stage: Stage, dep: Dep): Diagnostic {
  const producer = producerOf(graph, stage, dep.path);
  return {
    severity: "error",
    message: `${stage.name} needs ${dep.relative}, which does not exist`,
    range: dep.range,
    hints: [producer === undefined ? "No stage makes it; correct the path, or put it there" : `${producer} makes it`],
  };
}

/** The stage upstream whose out is, holds or lies inside a path. */
function producerOf(graph: Graph, stage: Stage, path: string): string | undefined {
  return [...graph.upstream.get(stage.name) ?? []].find((name) =>
    graph.stages.get(name)?.outs.some((out) =>
      out.path === path || out.path.startsWith(path + sep) || path.startsWith(out.path + sep)
    )
  );
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
