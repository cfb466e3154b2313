import { type Diagnostic, errorAt, type Range } from "../diagnostic.ts";
import { describe, type Entry, type ListNode, type MapNode, type Node } from "./node.ts";
import { pythonText } from "./python_text.ts";
import { nameHints } from "../nearest.ts";
import type { Scope } from "./scope.ts";
import { resolveTemplates } from "./template.ts";

/** One stage to be of a written one: its name, its body with references still in it, and what they may name. */
export interface Instance {
  /** The stage's name, e.g. `train@8`. */
  readonly name: string;
  /** The name before `@`. */
  readonly group: string;
  /** Where the name is written. */
  readonly range: Range;
  /** The stage's keys, references still in them. */
  readonly body: MapNode;
  /** What its references may name. */
  readonly scope: Scope;
}

/**
 * The stages that a written stage stands for, named as DVC names them. `foreach` over scalars gives `s@value`, over a list
 * that holds maps or lists `s@0`, over a map `s@key`; `matrix` is the product in the order of the file, `s@v1-v2`, where a
 * value that is a map or list is named `<variable><index>`, and an entry that is null is left out; combinations besides the
 * product stand in `include`.
 */
export function expandStage(name: string, entry: Entry, scope: Scope, diagnostics: Diagnostic[]): readonly Instance[] {
  const { node, keyRange: range } = entry;
  if (node.kind !== "map") return [];
  const [iteration, template, matrix] = ["foreach", "do", "matrix"].map((key) => node.entries.get(key)?.node);
  const group = { name, range };
  if (iteration || template) {
    if (!iteration || template?.kind !== "map") return [];
    const items = itemsOf(iteration, scope, diagnostics);
    return instances(group, template, items, scope, diagnostics);
  }
  if (!matrix) return [{ name, group: name, range, body: node, scope }];
  const entries = new Map(node.entries);
  entries.delete("matrix");
  return instances(group, { ...node, entries }, combinations(matrix, scope, diagnostics), scope, diagnostics);
}

/**
 * Replaces `{foreach, do}` and `{matrix, do}` in a map of deps by the list of its paths, and resolves the references of a stage's keys, each by
 * the rules of its place.
 */
export function resolveBody(body: MapNode, scope: Scope, diagnostics: Diagnostic[]): MapNode {
  const entries = new Map<string, Entry>();
  for (const [key, { keyRange, node }] of body.entries) {
    if (key === "vars") continue;
    const place = key === "cmd" ? "command" : key === "with" ? "whole" : "plain";
    entries.set(key, {
      keyRange,
      node: key === "deps" && node.kind === "map"
        ? resolveDeps(node, scope, diagnostics)
        : resolveTemplates(node, { scope, place, diagnostics }),
    });
  }
  return { ...body, entries };
}

/** Combinations of a matrix beyond which it is taken for a mistake. */
const MAX_COMBINATIONS = 10_000;

interface Item {
  readonly key: string;
  readonly value: Node;
  readonly range: Range;
  /** Whether `${key}` may be used. */
  readonly keyed: boolean;
}

function resolveDeps(deps: MapNode, scope: Scope, diagnostics: Diagnostic[]): MapNode {
  const entries = new Map<string, Entry>();
  for (const [name, { keyRange, node }] of deps.entries) {
    const keys = node.kind === "map" ? node.entries : undefined;
    const [iteration, matrix, template] = ["foreach", "matrix", "do"].map((key) => keys?.get(key)?.node);
    if (!template || !(iteration ?? matrix)) {
      entries.set(name, { keyRange, node: resolveTemplates(node, { scope, place: "plain", diagnostics }) });
      continue;
    }
    const found = iteration ? itemsOf(iteration, scope, diagnostics) : combinations(matrix!, scope, diagnostics);
    const items = found.map((item) =>
      resolveTemplates(template, { scope: scopeOf(item, scope), place: "plain", diagnostics })
    );
    const list: ListNode = { kind: "list", items, range: node.range };
    entries.set(name, { keyRange, node: list });
  }
  return { ...deps, entries };
}

function itemsOf(iteration: Node, scope: Scope, diagnostics: Diagnostic[]): readonly Item[] {
  const before = diagnostics.length;
  const data = resolveTemplates(iteration, { scope, place: "whole", diagnostics });
  if (diagnostics.length > before) return [];
  if (data.kind === "map") {
    return [...data.entries].map(([key, entry]) => ({ key, value: entry.node, range: entry.keyRange, keyed: true }));
  }
  if (data.kind === "list") {
    const composite = data.items.some((item) => item.kind !== "scalar");
    return data.items.map((value, index) => ({
      key: composite || value.kind !== "scalar" ? String(index) : pythonText(value.value),
      value,
      range: value.range,
      keyed: false,
    }));
  }
  diagnostics.push(
    errorAt(data.range, `foreach is ${describe(data)}`, "Expected a list or a map, or a reference to one"),
  );
  return [];
}

/** A combination of a matrix: its values by name, and what each adds to the stage's name. */
interface Row {
  readonly fragments: readonly string[];
  readonly values: ReadonlyMap<string, Entry>;
  /** Where it is written. */
  readonly range: Range;
}

/** A combination that is written out: a value for each name of the matrix, in whatever order. */
function includedRow(item: Node, names: readonly string[], diagnostics: Diagnostic[]): Row[] {
  if (item.kind !== "map") return [];
  const before = diagnostics.length;
  for (const [name, { keyRange, node }] of item.entries) {
    if (!names.includes(name)) {
      diagnostics.push(errorAt(keyRange, `The matrix has no list ${name}`, ...nameHints(name, names)));
    } else if (node.kind !== "scalar") {
      diagnostics.push(errorAt(node.range, `include.${name} is ${describe(node)}`, "Expected a plain value"));
    }
  }
  const missing = names.filter((name) => !item.entries.has(name));
  if (missing.length > 0) {
    diagnostics.push(
      errorAt(item.range, `This combination has no ${missing.join(", ")}`, "Give it a value of each list"),
    );
  }
  if (diagnostics.length > before) return [];
  const values = new Map(names.map((name) => [name, item.entries.get(name)!]));
  const fragments = [...values.values()].map(({ node }) => node.kind === "scalar" ? pythonText(node.value) : "");
  return [{ fragments, values, range: item.range }];
}

function combinations(matrix: Node, scope: Scope, diagnostics: Diagnostic[]): readonly Item[] {
  const before = diagnostics.length;
  const data = resolveTemplates(matrix, { scope, place: "whole", diagnostics });
  if (diagnostics.length > before || data.kind !== "map") return [];
  let rows: Row[] = [{ fragments: [], values: new Map(), range: data.range }];
  const include = data.entries.get("include")?.node;
  const besides = include?.kind === "list" && include.items.every((item) => item.kind === "map") ? include : undefined;
  for (const [name, { keyRange, node }] of data.entries) {
    if (node === besides) continue;
    // So a file that extends another takes away what that one varies.
    if (node.kind === "scalar" && node.value === null) continue;
    if (node.kind !== "list") {
      diagnostics.push(
        errorAt(node.range, `matrix.${name} is ${describe(node)}`, "Expected a list, or a reference to one"),
      );
      continue;
    }
    if (rows.length * node.items.length > MAX_COMBINATIONS) {
      diagnostics.push(errorAt(data.range, `This matrix has more than ${MAX_COMBINATIONS} combinations`));
      return [];
    }
    rows = rows.flatMap((row) =>
      node.items.map((value, index) => ({
        fragments: [...row.fragments, value.kind === "scalar" ? pythonText(value.value) : `${name}${index}`],
        values: new Map(row.values).set(name, { keyRange, node: value }),
        range: data.range,
      }))
    );
  }
  const names = [...rows[0]?.values.keys() ?? []];
  rows.push(...(besides?.items ?? []).flatMap((item) => includedRow(item, names, diagnostics)));
  return rows.map(({ fragments, values, range }) => ({
    key: fragments.join("-"),
    value: { kind: "map", entries: values, range },
    range,
    keyed: true,
  }));
}

function scopeOf(item: Item, scope: Scope): Scope {
  const local = new Map(scope.local).set("item", item.value);
  if (item.keyed) local.set("key", { kind: "scalar", value: item.key, range: item.range });
  return { ...scope, local };
}

function instances(
  group: { readonly name: string; readonly range: Range },
  body: MapNode,
  items: readonly Item[],
  scope: Scope,
  diagnostics: Diagnostic[],
): readonly Instance[] {
  const seen = new Map<string, Item>();
  for (const item of items) {
    const first = seen.get(item.key);
    if (first) {
      diagnostics.push({
        ...errorAt(item.range, `Two items give the name ${group.name}@${item.key}`, "Remove one of the two"),
        related: [{ message: "the first stands here", range: first.range }],
      });
    }
    seen.set(item.key, item);
  }
  return [...seen.values()].map((item) => ({
    name: `${group.name}@${item.key}`,
    group: group.name,
    range: group.range,
    body,
    scope: scopeOf(item, scope),
  }));
}
