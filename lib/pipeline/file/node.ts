import type { Range } from "../diagnostic.ts";
import { Float, type Scalar, type Value } from "../value.ts";

/** A value of a document with the place where it was written. Aliased nodes are shared, so never changed. */
export type Node = ScalarNode | ListNode | MapNode;

/** A scalar and its place. */
export interface ScalarNode {
  /** The kind of node. */
  readonly kind: "scalar";
  /** The scalar itself. */
  readonly value: Scalar;
  /** Where it stands. */
  readonly range: Range;
}

/** A list and its place. */
export interface ListNode {
  /** The kind of node. */
  readonly kind: "list";
  /** In the order of the file. */
  readonly items: readonly Node[];
  /** Where it stands. */
  readonly range: Range;
}

/** A map and its place. */
export interface MapNode {
  /** The kind of node. */
  readonly kind: "map";
  /** In the order of the file; keys that are other scalars are spelt as text. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Where it stands. */
  readonly range: Range;
}

/** A key's place and what it holds. */
export interface Entry {
  /** Where the key stands. */
  readonly keyRange: Range;
  /** What it holds. */
  readonly node: Node;
}

/** What a map holds under a key. */
export function child(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.node : undefined;
}

/** The text of a scalar that is text. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** The value without its places. */
export function toValue(node: Node): Value {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toValue);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toValue(entry.node)]));
}

/** The value in JavaScript's own terms, for a schema: every number a `number`. */
export function toPlain(node: Node): unknown {
  if (node.kind === "list") return node.items.map(toPlain);
  if (node.kind === "map") {
    return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.node)]));
  }
  if (node.value instanceof Float) return node.value.value;
  return typeof node.value === "bigint" ? Number(node.value) : node.value;
}

/** The node at a path, or the nearest one around it. */
export function nodeAt(node: Node, path: readonly PropertyKey[]): Node {
  let current = node;
  for (const step of path) {
    const next = current.kind === "map"
      ? current.entries.get(String(step))?.node
      : current.kind === "list"
      ? current.items[Number(step)]
      : undefined;
    if (!next) break;
    current = next;
  }
  return current;
}

/** The place of the key that ends a path, or of the nearest node around it. */
export function keyRangeAt(node: Node, path: readonly PropertyKey[]): Range {
  const holder = nodeAt(node, path.slice(0, -1));
  const entry = holder.kind === "map" ? holder.entries.get(String(path.at(-1))) : undefined;
  return entry?.keyRange ?? holder.range;
}

/** What a node is, for a message: `the text "two"`, `the number 5`, `a list`. */
export function describe(node: Node): string {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  if (node.value === null) return "empty";
  if (typeof node.value === "string") return `the text ${quoted(node.value)}`;
  if (typeof node.value === "boolean") return String(node.value);
  return `the number ${node.value instanceof Float ? node.value.value : node.value}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
