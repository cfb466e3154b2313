import { basename, dirname, join, relative, resolve } from "node:path";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import { child, type MapNode, type ScalarNode, textOf } from "./node.ts";

/** Absolute path of a `run` module: relative to the file that wrote it, wherever a file that extends that one lies. */
export function modulePath(run: ScalarNode): string {
  return resolve(dirname(run.range.source.path), textOf(run) ?? "");
}

/** Checks that the `run` modules of stages are files; each missing one is an error that names the nearest file beside it. */
export async function checkModules(bodies: readonly MapNode[], diagnostics: Diagnostic[]): Promise<void> {
  const modules = new Map<string, ScalarNode>();
  for (const body of bodies) {
    const run = child(body, "run");
    if (run?.kind === "scalar" && textOf(run)) modules.set(modulePath(run), modules.get(modulePath(run)) ?? run);
  }
  for (const [path, run] of modules) {
    const diagnostic = await checkModule(path, run);
    if (diagnostic) diagnostics.push(diagnostic);
  }
}

async function checkModule(path: string, run: ScalarNode): Promise<Diagnostic | undefined> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isFile) return undefined;
  if (info) return errorAt(run.range, `The module ${textOf(run)} is a folder`, "Expected the path of a Deno module");
  const close = nearest(basename(path), await filesIn(dirname(path)));
  const hint = close
    ? `Did you mean ${relative(dirname(run.range.source.path), join(dirname(path), close))}?`
    : `Expected the path of a Deno module, relative to ${basename(run.range.source.path)}`;
  return errorAt(run.range, `The module ${textOf(run)} does not exist`, hint);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) if (entry.isFile) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
  return names.sort();
}
