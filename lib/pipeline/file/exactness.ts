import { type Diagnostic, errorAt, type Range } from "../diagnostic.ts";
import { nameHints } from "../nearest.ts";
import { child, type Entry, type Node, toPlain } from "./node.ts";
import type { Out } from "./pipeline.ts";

/** How exactly an out must come out again. */
export type Exactness = "bytes" | Unchecked | NumberExactness;

/** It need not. */
export interface Unchecked {
  /** Why, for people. */
  readonly unchecked: string;
}

/** By how much two numbers may differ: by any of the three. */
export interface Tolerance {
  /** Of the larger one's magnitude. */
  readonly relative: number;
  /** In the numbers' own unit. */
  readonly absolute: number;
  /** Of their logarithms to base 10. */
  readonly decades: number;
}

/** Numbers of CSV and JSON files by a tolerance, everything else to the byte. */
export interface NumberExactness extends Tolerance {
  /** Columns of tables that have one of their own, by name. */
  readonly columns: ReadonlyMap<string, ColumnExactness>;
}

/** How exactly a column of a table must come out again. */
export interface ColumnExactness {
  /** What is asked of its numbers. */
  readonly exactness: Tolerance | Unchecked;
  /** Where the column is named. */
  readonly range: Range;
}

/**
 * The outs of a stage with what its `verify` and `diverged` ask of each. An out is named by its key, or by its path where it
 * has none; a name that no out has goes to the diagnostics.
 */
export function withExactness(
  outs: readonly Out[],
  keys: { readonly verify: Node | undefined; readonly diverged: Node | undefined },
  diagnostics: Diagnostic[],
): readonly Out[] {
  const names = outs.map(nameOf);
  for (const [name, { keyRange }] of [...entriesOf(keys.verify, "outs"), ...entriesOf(keys.diverged, "outs")]) {
    if (!names.includes(name)) {
      diagnostics.push(errorAt(keyRange, `There is no out ${name}`, ...nameHints(name, names)));
    }
  }
  const asked = (node: Node, out: Out): Exactness => exactnessOf(child(child(node, "outs"), nameOf(out)) ?? node);
  return outs.map((out) => ({
    ...out,
    ...(keys.verify && { verify: asked(keys.verify, out) }),
    ...(keys.diverged && { diverged: asked(keys.diverged, out) }),
  }));
}

function nameOf({ name, relative }: Out): string {
  return name ?? relative;
}

function entriesOf(node: Node | undefined, key: string): Iterable<[string, Entry]> {
  const found = child(node, key);
  return found?.kind === "map" ? found.entries : [];
}

function exactnessOf(node: Node): Exactness {
  if (node.kind !== "map") return "bytes";
  const own = columnExactness(node);
  if ("unchecked" in own) return own;
  // What is null was taken away by a file that extends another.
  const columns = [...entriesOf(node, "columns")].flatMap(([name, { keyRange, node }]) =>
    node.kind === "map" ? [[name, { exactness: columnExactness(node), range: keyRange }] as const] : []
  );
  return { ...own, columns: new Map(columns) };
}

function columnExactness(node: Node): Tolerance | Unchecked {
  const { relative = 0, absolute = 0, decades = 0, unchecked } = toPlain(node) as Partial<Tolerance & Unchecked>;
  return unchecked === undefined ? { relative, absolute, decades } : { unchecked };
}
