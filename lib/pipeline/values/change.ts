import { pythonText } from "../file/python_text.ts";
import { canonical, Float, isMap, type Scalar, type Value } from "../value.ts";
import type { TrackedValues } from "./tracked_values.ts";

/** A value in two versions; null: it is not there. */
export interface Change {
  /** Before. */
  readonly old: Scalar;
  /** Now. */
  readonly new: Scalar;
  /** The second less the first, where both are numbers. */
  readonly diff?: number;
}

/** Changes by path and dotted key. */
export type Changes = ReadonlyMap<string, ReadonlyMap<string, Change>>;

/**
 * How values differ, leaf by leaf; lists are compared whole.
 *
 * @param all true: equal ones, too
 */
export function changesBetween(before: TrackedValues, now: TrackedValues, all: boolean): Changes {
  const changes = new Map<string, ReadonlyMap<string, Change>>();
  for (const path of new Set([...before.keys(), ...now.keys()].sort())) {
    const [old, fresh] = [leaves(before.get(path) ?? {}), leaves(now.get(path) ?? {})];
    const keys = [...new Set([...old.keys(), ...fresh.keys()])].sort();
    const found = keys.flatMap((key) => {
      const change = changeOf(old.get(key) ?? null, fresh.get(key) ?? null);
      return all || !isEqual(change) ? [[key, change] as const] : [];
    });
    if (found.length > 0) changes.set(path, new Map(found));
  }
  return changes;
}

/** The scalars of a value by dotted key; a list is a text in Python's spelling. */
export function leaves(value: Value, prefix = ""): Map<string, Scalar> {
  if (!isMap(value)) return new Map([[prefix, scalarOf(value)]]);
  const inner = Object.entries(value).map(([key, item]) => leaves(item, prefix === "" ? key : `${prefix}.${key}`));
  return new Map(inner.flatMap((map) => [...map]));
}

function changeOf(old: Scalar, fresh: Scalar): Change {
  const [from, to] = [numberOf(old), numberOf(fresh)];
  const change = { old, new: fresh };
  return from === undefined || to === undefined ? change : { ...change, diff: to - from };
}

function isEqual({ old, new: fresh, diff }: Change): boolean {
  return diff === undefined ? canonical(old) === canonical(fresh) : diff === 0;
}

function numberOf(value: Scalar): number | undefined {
  if (value instanceof Float) return value.value;
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? Number(value)
    : undefined;
}

function scalarOf(value: Value): Scalar {
  return Array.isArray(value) ? pythonRepr(value) : value as Scalar;
}

function pythonRepr(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (isMap(value)) {
    return `{${Object.entries(value).map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`).join(", ")}}`;
  }
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  return pythonText(value as Scalar);
}

function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
