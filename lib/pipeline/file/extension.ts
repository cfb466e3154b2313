import { dirname, relative, resolve } from "node:path";
import { type Diagnostic, errorAt, type Range } from "../diagnostic.ts";
import { nameHints } from "../nearest.ts";
import type { Documents } from "./documents.ts";
import { type Entry, type MapNode, textOf } from "./node.ts";
import { checkFile } from "./stage_rules.ts";
import { addVariables, defaultVariables, overrideMap, overrideVariables, type Variables } from "./variables.ts";

/** A pipeline file together with those that it extends. */
export interface Extended {
  /** The merged map, without `extends`, `vars` and what is not handed on. Each node's range names the file that wrote it. */
  readonly root: MapNode;
  /** The merged variables. */
  readonly variables: Variables;
  /** Absolute paths of the file and of those that it extends. */
  readonly files: readonly string[];
  /** Every `vars` list, so that it can be validated. */
  readonly lists: readonly Entry[];
}

/**
 * Reads a pipeline file and, through `extends`, those below it. Maps merge, lists and scalars replace, a stage that is null
 * is removed; `vars` merge as maps, the extending file's values win. Undefined where a file cannot be read or the files
 * extend each other in a circle.
 */
export async function readExtended(
  path: string,
  documents: Documents,
  diagnostics: Diagnostic[],
  chain: readonly string[] = [],
  from?: Range,
): Promise<Extended | undefined> {
  const own = await documents.map(path, from ? "extended file" : "pipeline file", from);
  if (!own) return undefined;

  checkFile(own, diagnostics);
  const list = own.entries.get("vars");
  const sources = { documents, diagnostics };
  let variables = await defaultVariables(dirname(path), sources, { ...own.range, end: own.range.start });
  if (list) variables = await addVariables(variables, list.node, dirname(path), sources);

  const entries = new Map(own.entries);
  entries.delete("vars");
  const root: MapNode = { ...own, entries };
  const lists = list ? [list] : [];
  const extension = entries.get("extends");
  const target = textOf(extension?.node);
  if (!extension || target === undefined) return { root, variables, lists, files: [path] };

  entries.delete("extends");
  const base = resolve(dirname(path), target);
  const files = [...chain, path];
  if (files.includes(base)) {
    const circle = [...files.slice(files.indexOf(base)), base];
    const names = circle.map((file) => relative(dirname(files[0] ?? path), file)).join(" -> ");
    diagnostics.push(errorAt(extension.node.range, `These files extend each other in a circle: ${names}`));
    return undefined;
  }
  const below = await readExtended(base, documents, diagnostics, files, extension.node.range);
  if (!below) return undefined;
  return {
    root: removeStages(overrideMap(handedOn(below.root), root), below.root, diagnostics),
    variables: overrideVariables(below.variables, variables),
    lists: [...below.lists, ...lists],
    files: [path, ...below.files],
  };
}

/** What a file that is extended gives: what is of it alone left out. */
function handedOn(root: MapNode): MapNode {
  const entries = new Map(root.entries);
  entries.delete("absent_outs");
  return { ...root, entries };
}

function removeStages(merged: MapNode, base: MapNode, diagnostics: Diagnostic[]): MapNode {
  const stages = merged.entries.get("stages");
  if (stages?.node.kind !== "map") return merged;
  const kept = new Map(stages.node.entries);
  const before = base.entries.get("stages")?.node;
  const names = before?.kind === "map" ? [...before.entries.keys()] : [];
  for (const [name, { keyRange, node }] of stages.node.entries) {
    if (node.kind !== "scalar" || node.value !== null) continue;
    kept.delete(name);
    if (names.includes(name)) continue;
    diagnostics.push(errorAt(keyRange, `There is no stage ${name} to remove`, ...nameHints(name, names)));
  }
  const entries = new Map(merged.entries);
  entries.set("stages", { ...stages, node: { ...stages.node, entries: kept } });
  return { ...merged, entries };
}
