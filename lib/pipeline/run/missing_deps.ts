import { dirname } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { Dep, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import { readBy } from "../graph/read_outs.ts";
import { matchingFiles } from "../store/matching.ts";

/** Errors about deps that do not exist and that no stage makes: better known before anything starts. */
export function missingDeps(graph: Graph, stages: readonly Stage[]): Diagnostic[] {
  return stages.filter(({ frozen }) => !frozen).flatMap((stage) =>
    stage.deps.filter((dep) => producerOf(graph, stage, dep) === undefined && !isThere(dep))
      .map((dep) => missingDep(graph, stage, dep))
  );
}

/** The error about a dep that does not exist. */
export function missingDep(graph: Graph, stage: Stage, dep: Dep): Diagnostic {
  const producer = producerOf(graph, stage, dep);
  return {
    severity: "error",
    message: `${stage.name} needs ${dep.relative}, which ${
      dep.glob === undefined ? "does not exist" : "matches no file"
    }`,
    range: dep.range,
    hints: [producer === undefined ? absenceHint(dep) : `${producer} makes it`],
  };
}

/** What to do about a dep that no stage makes: data that a `.dvc` file tracks come from where DVC keeps them. */
function absenceHint({ path, relative, glob }: Dep): string {
  const tracked = glob === undefined ? trackingFile(path) : undefined;
  if (tracked === undefined) return "No stage makes it; correct the path, or put it there";
  const file = relative.slice(0, relative.length - path.length + tracked.length) + ".dvc";
  return `${file} tracks it: get it by \`dvc pull ${file}\`, or \`dvc checkout ${file}\` where DVC's cache has it`;
}

/** The path, or folder around it, beside which a `.dvc` file of its name lies. */
function trackingFile(path: string): string | undefined {
  for (let at = path; at !== dirname(at); at = dirname(at)) if (exists(`${at}.dvc`)) return at;
  return undefined;
}

/** The stage upstream that makes a dep, or some of it; of a pattern, one that may make a match. */
function producerOf(graph: Graph, stage: Stage, dep: Dep): string | undefined {
  const isRead = readBy(dep);
  return [...graph.upstream.get(stage.name) ?? []].find((name) =>
    graph.stages.get(name)?.outs.some(({ path }) => isRead(path))
  );
}

function isThere({ path, glob }: Dep): boolean {
  return glob === undefined ? exists(path) : matchingFiles(path, glob).length > 0;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
