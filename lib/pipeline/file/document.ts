import {
  type Document,
  isAlias,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseDocument,
  type ScalarTag,
  visit,
  type YAMLParseError,
} from "yaml";
import { type Diagnostic, errorAt, hasErrors, type Range, type Result, type Source } from "../diagnostic.ts";
import { conflictIn } from "../merge_conflict.ts";
import { Float, type Scalar } from "../value.ts";
import type { Entry, MapNode, Node } from "./node.ts";
import { pythonText } from "./python_text.ts";

/**
 * How often an anchor may be repeated, times the aliases inside it, before a document is taken for an alias bomb: far above
 * what a hand-written file needs, far below what would fill the memory.
 */
const MAX_ALIAS_COUNT = 10_000;

/** Numbers that YAML 1.2's core schema lacks but DVC's reader (`ruamel.yaml`) knows: `1_000`, `1_000.5`, `0b11`. */
const PYTHON_NUMBERS: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?\d[\d_]*$/,
    resolve: (text) => BigInt(text.replaceAll("_", "")),
  },
  { tag: "tag:yaml.org,2002:int", default: true, test: /^0b[01]+$/, resolve: (text) => BigInt(text) },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    test: /^[-+]?\d[\d_]*(\.[\d_]*([eE][-+]?\d+)?|[eE][-+]?\d+)$/,
    resolve: (text) => Number(text.replaceAll("_", "")),
  },
];

/**
 * Reads YAML 1.2 (core schema; also JSON, its subset), with the place of each node, ints and floats apart, and merge keys
 * (`<<`) resolved. An empty document is an empty map. All syntax errors are reported at once.
 */
export function readDocument(source: Source): Result<Node> {
  const document = parseDocument(source.text, {
    version: "1.2",
    schema: "core",
    intAsBigInt: true,
    merge: true,
    customTags: (tags) => tags.concat(PYTHON_NUMBERS),
    // The parser's own check compares every key of a map with every other; `convertMap` makes it in one pass.
    uniqueKeys: false,
    prettyErrors: false,
  });
  // Its marks are no YAML, each in several ways.
  const conflict = document.errors.length === 0 ? undefined : conflictIn(source);
  if (conflict !== undefined) {
    const message = "The file holds a conflict of a merge that was not resolved";
    return { ok: false, diagnostics: [errorAt(conflict, message, "Keep one side, and remove the marks")] };
  }
  const diagnostics: Diagnostic[] = document.errors.map((error) => {
    const start = openingQuote(document, error) ?? error.pos[0];
    const range = { source, start, end: error.pos[1] };
    return errorAt(range, sentence(error.code, error.message), ...referenceHints(range));
  });
  for (const warning of document.warnings) {
    diagnostics.push(
      errorAt(
        { source, start: warning.pos[0], end: warning.pos[1] },
        `Cannot read this tag: ${source.text.slice(...warning.pos)}`,
      ),
    );
  }
  if (hasErrors(diagnostics)) return { ok: false, diagnostics };
  if (!document.contents) {
    const range = { source, start: 0, end: 0 };
    return { ok: true, value: { kind: "map", entries: new Map(), range }, diagnostics };
  }
  const conversion: Conversion = { source, diagnostics, anchors: new Map(), sizes: new Map(), aliases: [] };
  const node = convert(document.contents, conversion);
  if (!hasErrors(diagnostics) && conversion.aliases.length > 0) {
    refuseAliasBomb(conversion, () => {
      document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    });
  }
  return hasErrors(diagnostics) ? { ok: false, diagnostics } : { ok: true, value: node, diagnostics };
}

interface Conversion {
  readonly source: Source;
  readonly diagnostics: Diagnostic[];
  /** Undefined while the anchored node itself is being converted. */
  readonly anchors: Map<string, Node | undefined>;
  /** How many nodes each node comes to with its aliases written out. */
  readonly sizes: Map<Node, number>;
  readonly aliases: { readonly range: Range; readonly name: string; readonly size: number }[];
}

function convert(parsed: ParsedNode, conversion: Conversion): Node {
  const [start, end] = parsed.range;
  const range = { source: conversion.source, start, end };
  if (isAlias(parsed)) return resolveAlias(parsed.source, range, conversion);
  if (parsed.anchor) conversion.anchors.set(parsed.anchor, undefined);
  const node = isScalar(parsed)
    ? { kind: "scalar" as const, value: scalar(parsed.value), range }
    : isSeq(parsed)
    ? { kind: "list" as const, items: parsed.items.map((item) => convert(item as ParsedNode, conversion)), range }
    : convertMap(parsed.items as Pair<ParsedNode, ParsedNode | null>[], range, conversion);
  conversion.sizes.set(node, size(node, conversion.sizes));
  if (parsed.anchor) conversion.anchors.set(parsed.anchor, node);
  return node;
}

function convertMap(
  pairs: readonly Pair<ParsedNode, ParsedNode | null>[],
  range: Range,
  conversion: Conversion,
): MapNode {
  const entries = new Map<string, Entry>();
  const merged: Node[] = [];
  for (const pair of pairs) {
    const [start, end] = pair.key.range;
    const keyRange = { source: conversion.source, start, end };
    const node: Node = pair.value
      ? convert(pair.value, conversion)
      : { kind: "scalar", value: null, range: { ...keyRange, start: end } };
    if (isScalar(pair.key) && pair.key.source === "<<" && pair.key.type === "PLAIN") {
      merged.push(...(node.kind === "list" ? node.items : [node]));
      continue;
    }
    if (!isScalar(pair.key)) {
      conversion.diagnostics.push(errorAt(keyRange, "This key is not text"));
      continue;
    }
    const key = pythonText(scalar(pair.key.value));
    const first = entries.get(key);
    if (first) {
      conversion.diagnostics.push({
        ...errorAt(keyRange, `The key ${key} stands twice in the same map`),
        related: [{ message: "first here", range: first.keyRange }],
      });
    } else entries.set(key, { keyRange, node });
  }
  for (const other of merged) {
    if (other.kind !== "map") {
      conversion.diagnostics.push(errorAt(other.range, "Only a map, or a list of maps, can be merged by <<"));
      continue;
    }
    for (const [key, entry] of other.entries) if (!entries.has(key)) entries.set(key, entry);
  }
  return { kind: "map", entries, range };
}

function resolveAlias(name: string, range: Range, conversion: Conversion): Node {
  const node = conversion.anchors.get(name);
  if (node) {
    conversion.aliases.push({ range, name, size: conversion.sizes.get(node) ?? 1 });
    return node;
  }
  conversion.diagnostics.push(errorAt(
    range,
    conversion.anchors.has(name)
      ? `The alias *${name} stands inside its own anchor`
      : `No anchor &${name} before this alias`,
  ));
  return { kind: "scalar", value: null, range };
}

function refuseAliasBomb(conversion: Conversion, expand: () => void): void {
  try {
    expand();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const largest = conversion.aliases.reduce((a, b) => b.size > a.size ? b : a);
    conversion.diagnostics.push(errorAt(
      largest.range,
      `The aliases of this file multiply beyond measure: *${largest.name} alone stands for ${largest.size} values`,
      `Expected at most ${MAX_ALIAS_COUNT} repetitions of an anchor, those inside it included; write the values out, or name them in vars`,
    ));
  }
}

function size(node: Node, sizes: ReadonlyMap<Node, number>): number {
  if (node.kind === "scalar") return 1;
  const inner = node.kind === "list" ? node.items : [...node.entries.values()].map((entry) => entry.node);
  return inner.reduce((sum, item) => sum + (sizes.get(item) ?? 1), 1);
}

/** With `intAsBigInt`, what the parser hands over as a `number` was written as a float. */
function scalar(value: unknown): Scalar {
  if (typeof value === "number") return new Float(value);
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  return value as Scalar;
}

/** Where the text starts that lacks its closing quote: the parser notices only where the file ends. */
function openingQuote(document: Document<ParsedNode>, error: YAMLParseError): number | undefined {
  if (error.code !== "MISSING_CHAR" || !error.message.includes("quote")) return undefined;
  let start: number | undefined;
  visit(document, {
    Scalar(_key, node): void {
      if (node.type?.startsWith("QUOTE") && node.range && node.range[0] <= error.pos[0]) start = node.range[0];
    },
  });
  return start;
}

function sentence(code: string, message: string): string {
  switch (code) {
    case "MULTIPLE_DOCS":
      return "A second YAML document starts here, but a file holds one";
    case "MISSING_CHAR":
      return message.includes("quote") ? "This text has no closing quote" : withoutPeriod(message);
    case "RESOURCE_EXHAUSTION":
      return "The lists or maps here are nested too deeply";
    default:
      return withoutPeriod(message);
  }
}

/** What to do where a reference in a list or map in brackets ends the text that it stands in. */
function referenceHints({ source: { text }, start }: Range): readonly string[] {
  const from = Math.max(text.lastIndexOf("\n", start - 1), text.lastIndexOf("[", start), text.lastIndexOf(",", start));
  const [, written] = /^[\n[,]\s*([^\s,\]"']*\$\{[^}]*\}[^\s,\]}]*)/.exec(text.slice(from)) ?? [];
  return written === undefined ? [] : [`In brackets, a text with a reference has to be in quotes: "${written}"`];
}

function withoutPeriod(message: string): string {
  return message.replace(/[.:]\s*$/, "");
}
