import { type Diagnostic, errorAt, type Range } from "../diagnostic.ts";
import { nameHints } from "../nearest.ts";
import { commandFlags } from "./command_flags.ts";
import { describe, type Entry, type Node, type ScalarNode } from "./node.ts";
import { pythonText } from "./python_text.ts";
import { parsePath, type Scope, select } from "./scope.ts";

/**
 * Where a template stands, which decides what a reference to a map or a list comes to:
 * - `plain`: an error;
 * - `command`: a map becomes flags, a list is an error;
 * - `whole`: the map or list itself, if the reference stands alone (in `with` and `foreach`).
 */
export type Place = "plain" | "command" | "whole";

/** What resolving templates needs besides the node. */
export interface Templating {
  /** What references may name. */
  readonly scope: Scope;
  /** Where the node stands. */
  readonly place: Place;
  /** Unknown variables and references that cannot stand where they do go here. */
  readonly diagnostics: Diagnostic[];
}

/** Whether a text holds a reference that is not escaped. */
export function hasReference(text: string): boolean {
  return REFERENCE.test(text);
}

/**
 * Replaces the references `${a.b[0]}` in texts and keys, by DVC's rules: one that is the whole text keeps the value's type,
 * one inside a text becomes text in Python's spelling, `\${` is a plain `${`.
 */
export function resolveTemplates(node: Node, templating: Templating): Node {
  if (node.kind === "list") return { ...node, items: node.items.map((item) => resolveTemplates(item, templating)) };
  if (node.kind === "scalar") return typeof node.value === "string" ? resolveText(node, node.value, templating) : node;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    const name = key.includes("${") ? resolveKey(key, entry.keyRange, templating) : key;
    if (entries.has(name)) {
      templating.diagnostics.push(errorAt(entry.keyRange, `The key ${name} stands twice in the same map`));
    }
    entries.set(name, { keyRange: entry.keyRange, node: resolveTemplates(entry.node, templating) });
  }
  return { ...node, entries };
}

const REFERENCE = /(?<!\\)\$\{(.*?)\}/;
const REFERENCES = /(?<!\\)\$\{(.*?)\}/g;

function resolveKey(key: string, range: Range, templating: Templating): string {
  const resolved = resolveText({ kind: "scalar", value: key, range }, key, { ...templating, place: "plain" });
  return resolved.kind === "scalar" ? pythonText(resolved.value) : key;
}

function resolveText(node: ScalarNode, text: string, templating: Templating): Node {
  if (!text.includes("${")) return node;
  const matches = [...text.matchAll(REFERENCES)];
  const ranges = placesOf(matches.map((match) => match[0]), node.range);
  const [first] = matches;
  if (first && first[0] === text) {
    const value = lookUp(first[1] ?? "", ranges[0] ?? node.range, templating);
    if (!value) return node;
    if (value.kind === "scalar" || templating.place === "whole") return { ...value, range: node.range };
    return { ...node, value: written(value, ranges[0] ?? node.range, templating) };
  }
  let result = "";
  let end = 0;
  for (const [index, match] of matches.entries()) {
    const range = ranges[index] ?? node.range;
    const value = lookUp(match[1] ?? "", range, templating);
    result += text.slice(end, match.index) + (value ? written(value, range, templating) : "");
    end = match.index + match[0].length;
  }
  return { ...node, value: (result + text.slice(end)).replaceAll("\\${", "${") };
}

/** A value inside a text. */
function written(value: Node, range: Range, { scope, place, diagnostics }: Templating): string {
  if (value.kind === "scalar") return pythonText(value.value);
  if (value.kind === "map" && place === "command") {
    try {
      return commandFlags(value, scope.flags);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      diagnostics.push(errorAt(range, `The list ${error.message} holds lists or maps, so it cannot become a flag`));
      return "";
    }
  }
  diagnostics.push(errorAt(
    range,
    `This reference is ${describe(value)}, which cannot become text`,
    value.kind === "map"
      ? "Expected a scalar; a map may stand only in cmd (as flags) or, alone, as a value in with"
      : "Expected a scalar; a list may stand only alone, as a value in with or foreach",
  ));
  return "";
}

function lookUp(expression: string, range: Range, { scope, diagnostics }: Templating): Node | undefined {
  const path = parsePath(expression.trim());
  if (!path) {
    const wanted = "Expected the path of a variable such as ${name}, ${map.key} or ${list[0]}";
    diagnostics.push(errorAt(range, `Cannot read the reference \${${expression}}`, wanted, ESCAPE));
    return undefined;
  }
  const selection = select(scope, path);
  if (selection.found) {
    scope.used?.add(selection.node);
    return selection.node;
  }
  const { index, parent, candidates } = selection;
  const step = path[index] ?? "";
  const before = path.slice(0, index).join(".");
  const message = parent ? `The variable ${before} holds no ${step}` : `Unknown variable ${step}`;
  const corrected = (close: string): string => `\${${path.with(index, close).join(".")}}`;
  const hints = nameHints(step, candidates, corrected);
  if (parent?.kind === "list") hints.push(`${before} is a list of ${parent.items.length}, counted from 0`);
  else if (parent && hints.length === 0) hints.push(`${before} is ${describe(parent)}`);
  else if (hints.length === 0) hints.push("No variables are defined; add them to vars or params.yaml");
  diagnostics.push(errorAt(range, message, ...hints, ...(/^[A-Z_]+$/.test(step) ? [ESCAPE] : [])));
  return undefined;
}

const ESCAPE = "Write \\${…} to keep it as it is, for the shell";

/** Where each reference stands in the source; the whole node where escapes of the quoting hide it. */
function placesOf(references: readonly string[], range: Range): readonly Range[] {
  let from = range.start;
  return references.map((reference) => {
    const start = range.source.text.indexOf(reference, from);
    if (start < 0 || start + reference.length > range.end) return range;
    from = start + reference.length;
    return { source: range.source, start, end: from };
  });
}
