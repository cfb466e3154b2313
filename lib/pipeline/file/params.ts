import { basename, dirname, relative, resolve } from "node:path";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { nameHints } from "../nearest.ts";
import { type Documents, exists, isReadable, READABLE } from "./documents.ts";
import { describe, type Node, toValue } from "./node.ts";
import type { Param, Stage } from "./pipeline.ts";
import { pythonText } from "./python_text.ts";
import { inside } from "./scope.ts";
import { DEFAULT_PARAMS } from "./variables.ts";

/** What reading params needs. */
export interface ParamSources {
  /** Absolute folder of the pipeline file. */
  readonly folder: string;
  /** Absolute paths of all stages' outs. */
  readonly outs: ReadonlySet<string>;
  /** Reads the params files. */
  readonly documents: Documents;
  /** True: a value that is not there is a problem of the stage, said where it would run; else of the file. */
  readonly postponed?: boolean;
  /** Takes what is wrong. */
  readonly diagnostics: Diagnostic[];
}

/**
 * The stage with the values that its `params` list names, in DVC's forms: `key` (of `params.yaml`), `{file: [keys]}`, and
 * `{file: null}` or `{file: []}` for the whole file; files are relative to the stage's `wdir`. A file that a stage makes has
 * its values only once that stage is done, so it becomes a dep.
 */
export async function withParams(stage: Stage, list: Node | undefined, sources: ParamSources): Promise<Stage> {
  const params: Param[] = [];
  const deps = [...stage.deps];
  for (const { file, keys } of filesOf(list, stage.wdir, sources.diagnostics)) {
    if (isMade(file, sources.outs)) {
      const [first] = keys;
      if (first && !deps.some((dep) => dep.path === file)) {
        deps.push({ path: file, relative: relative(sources.folder, file), range: first.node.range });
      }
    } else for (const key of keys) params.push(...await readParam(file, key, sources));
  }
  return { ...stage, params, deps };
}

interface Key {
  /** Empty: the whole file. */
  readonly name: string;
  readonly node: Node;
}

function filesOf(list: Node | undefined, folder: string, diagnostics: Diagnostic[]): { file: string; keys: Key[] }[] {
  if (list?.kind !== "list") return [];
  return list.items.flatMap((item) => {
    if (item.kind !== "map") return [{ file: resolve(folder, DEFAULT_PARAMS), keys: keysOf([item], diagnostics) }];
    return [...item.entries].map(([name, { node }]) => {
      const file = resolve(folder, name);
      if (!isReadable(name)) {
        diagnostics.push(errorAt(node.range, `${basename(name)} is no params file`, `Expected one of ${READABLE}`));
        return { file, keys: [] };
      }
      if (node.kind === "list" && node.items.length > 0) return { file, keys: keysOf(node.items, diagnostics) };
      if (node.kind === "list" || (node.kind === "scalar" && node.value === null)) {
        return { file, keys: [{ name: "", node }] };
      }
      diagnostics.push(errorAt(node.range, `The keys of ${name} are ${describe(node)}`, "Expected a list of keys"));
      return { file, keys: [] };
    });
  });
}

function keysOf(nodes: readonly Node[], diagnostics: Diagnostic[]): Key[] {
  return nodes.flatMap((node) => {
    if (node.kind === "scalar" && node.value !== null) return [{ name: pythonText(node.value), node }];
    diagnostics.push(errorAt(node.range, `This key is ${describe(node)}`, "Expected a key such as train.lr"));
    return [];
  });
}

function isMade(file: string, outs: ReadonlySet<string>): boolean {
  for (let path = file;; path = dirname(path)) {
    if (outs.has(path)) return true;
    if (path === dirname(path)) return false;
  }
}

async function readParam(
  file: string,
  { name, node }: Key,
  { documents, diagnostics, postponed }: ParamSources,
): Promise<Param[]> {
  const { range } = node;
  const without = (message: string, ...hints: string[]): Param[] => {
    const problem = errorAt(range, message, ...hints);
    if (postponed) return [{ file, key: name, value: undefined, problem, range }];
    diagnostics.push(problem);
    return [];
  };
  let value = await documents.read(file);
  const shown = relative(dirname(range.source.path), file);
  if (value === undefined) {
    // What is wrong with a file that exists is said where it stands.
    return await exists(file) ? [] : without(`The params file does not exist: ${shown}`);
  }
  const steps = name === "" ? [] : name.split(".");
  for (const [index, step] of steps.entries()) {
    const next = inside(value, step);
    if (!next) {
      const candidates = value.kind === "map" ? [...value.entries.keys()] : [];
      const hints = nameHints(step, candidates, (close) => steps.with(index, close).join("."));
      return without(`${shown} has no key ${name}`, ...hints);
    }
    value = next;
  }
  return [{ file, key: name, value: toValue(value), range }];
}
