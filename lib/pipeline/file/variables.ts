import { join, normalize } from "node:path";
import { type Diagnostic, errorAt, type Range } from "../diagnostic.ts";
import { nameHints } from "../nearest.ts";
import type { Documents } from "./documents.ts";
import { describe, type Entry, type MapNode, type Node } from "./node.ts";
import { hasReference } from "./template.ts";

/** The variables of a file or a stage. */
export interface Variables {
  /** The values by name. */
  readonly root: MapNode;
  /** Absolute paths of the params files that were loaded whole: naming one again does nothing. */
  readonly files: ReadonlySet<string>;
}

/** What loading variables needs. */
export interface VariableSources {
  /** Reads the params files. */
  readonly documents: Documents;
  /** Takes what is wrong. */
  readonly diagnostics: Diagnostic[];
}

/** The file that is loaded before `vars`, where it stands beside a pipeline file. */
export const DEFAULT_PARAMS = "params.yaml";

/** The variables of `params.yaml` in a folder; none if there is no such file. */
export async function defaultVariables(folder: string, sources: VariableSources, none: Range): Promise<Variables> {
  const path = join(folder, DEFAULT_PARAMS);
  const root: MapNode = { kind: "map", entries: new Map(), range: none };
  const node = await sources.documents.read(path);
  if (!node) return { root, files: new Set() };
  if (node.kind === "map") return { root: node, files: new Set([path]) };
  sources.diagnostics.push(errorAt(node.range, `params.yaml holds ${describe(node)}`, "Expected a map of variables"));
  return { root, files: new Set() };
}

/**
 * Adds the entries of a `vars` list, in order: maps, and files as `params.json` or `params.yaml:key,other`, relative to
 * `folder`. Maps merge deeply; giving a leaf twice is an error, even with the same value.
 */
export async function addVariables(
  variables: Variables,
  list: Node,
  folder: string,
  sources: VariableSources,
): Promise<Variables> {
  let { root } = variables;
  const files = new Set(variables.files);
  if (list.kind !== "list") return variables;
  for (const item of list.items) {
    refuseReferences(item, sources.diagnostics);
    if (item.kind === "map") root = add(root, item, "", sources.diagnostics);
    else if (item.kind === "scalar" && typeof item.value === "string") {
      const update = await readItem(item.value, item.range, folder, files, sources);
      if (update) root = add(root, update, "", sources.diagnostics);
    }
  }
  return { root, files };
}

/** The variables of a file that extends another: maps merge deeply, lists and scalars replace. */
export function overrideVariables(base: Variables, own: Variables): Variables {
  return { root: overrideMap(base.root, own.root), files: new Set([...base.files, ...own.files]) };
}

/** Deep merge in which the second map wins. */
export function overrideMap(base: MapNode, own: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of own.entries) {
    const old = entries.get(key);
    entries.set(
      key,
      old?.node.kind === "map" && entry.node.kind === "map"
        ? { keyRange: entry.keyRange, node: overrideMap(old.node, entry.node) }
        : entry,
    );
  }
  return { kind: "map", entries, range: own.range };
}

async function readItem(
  text: string,
  range: Range,
  folder: string,
  files: Set<string>,
  { documents, diagnostics }: VariableSources,
): Promise<MapNode | undefined> {
  const [name = "", ...rest] = text.split(":");
  const keys = rest.join(":").split(",").map((key) => key.trim()).filter((key) => key !== "");
  const path = normalize(join(folder, name));
  if (keys.length === 0 && files.has(path)) return undefined;
  const map = await documents.map(path, "params file", range);
  if (!map || keys.length === 0) {
    files.add(path);
    return map;
  }
  const entries = new Map<string, Entry>();
  for (const key of keys) {
    const entry = map.entries.get(key);
    if (entry) entries.set(key, entry);
    else {
      diagnostics.push(errorAt(range, `${name} has no key ${key}`, ...nameHints(key, [...map.entries.keys()])));
    }
  }
  return { ...map, entries };
}

function add(into: MapNode, update: MapNode, prefix: string, diagnostics: Diagnostic[]): MapNode {
  const entries = new Map(into.entries);
  for (const [key, entry] of update.entries) {
    const old = entries.get(key);
    if (!old) entries.set(key, entry);
    else if (old.node.kind === "map" && entry.node.kind === "map") {
      entries.set(key, { ...old, node: add(old.node, entry.node, `${prefix}${key}.`, diagnostics) });
    } else {
      diagnostics.push({
        ...errorAt(entry.keyRange, `The variable ${prefix}${key} is defined twice`),
        related: [{ message: "first defined here", range: old.keyRange }],
        hints: ["Remove one of the two: only a file that extends this one may give it another value"],
      });
    }
  }
  return { ...into, entries };
}

function refuseReferences(node: Node, diagnostics: Diagnostic[]): void {
  if (node.kind === "list") { for (const item of node.items) refuseReferences(item, diagnostics); }
  else if (node.kind === "map") {
    for (const entry of node.entries.values()) {
      refuseReferences(entry.node, diagnostics);
    }
  } else if (typeof node.value === "string" && hasReference(node.value)) {
    diagnostics.push(
      errorAt(node.range, "vars may not interpolate", "Write the value out, or use the reference in a stage"),
    );
  }
}
