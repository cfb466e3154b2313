import { sep } from "node:path";
import type { Pipeline } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import { isWithin } from "../path.ts";
import type { Closure } from "../plan/closure.ts";
import { lockPath } from "../store/lock.ts";

/** What a person may edit so that stages become stale. All paths absolute. */
export interface Inputs {
  /** Files, whether they are there or not. */
  readonly files: ReadonlySet<string>;
  /** Folders with all that lies in them. */
  readonly folders: ReadonlySet<string>;
  /** What stages and the engine write, inside of such folders or not: no input. */
  readonly outs: readonly string[];
}

/** What the selected stages are made of: the files of the pipeline, params, deps that no stage makes, and code. */
export function inputsOf(
  { pipeline, graph, selected }: { pipeline: Pipeline; graph: Graph; selected: ReadonlySet<string> },
  closures: Iterable<Closure>,
): Inputs {
  const outs = [
    lockPath(pipeline.file),
    ...[...graph.stages.values()].flatMap((stage) => stage.outs.map(({ path }) => path)),
  ];
  const stages = [...graph.stages.values()].filter(({ name }) => selected.has(name));
  const files = new Set([
    ...pipeline.files,
    ...stages.flatMap(({ params }) => params.map(({ file }) => file)),
    ...stages.flatMap(({ action }) => action.kind === "run" ? [action.module] : []),
    ...[...closures].flatMap((closure) => closure.files),
  ]);
  const folders = new Set<string>();
  for (const { path, glob } of stages.flatMap(({ deps }) => deps)) {
    if (glob === undefined && !isFolder(path)) files.add(path);
    else folders.add(path);
  }
  return { files, folders, outs };
}

/** Whether a change at an absolute path is one of the inputs. */
export function concerns({ files, folders, outs }: Inputs, path: string): boolean {
  const isIn = (folder: string): boolean => isWithin(path, folder);
  if (path.split(sep).some((name) => name === ".git" || name === ".pipeline")) return false;
  return !outs.some(isIn) && (files.has(path) || [...folders].some(isIn));
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
