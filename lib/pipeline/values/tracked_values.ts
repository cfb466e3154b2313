import { join, relative, sep } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import { Documents } from "../file/documents.ts";
import { type Node, toValue } from "../file/node.ts";
import { DEFAULT_PARAMS } from "../file/variables.ts";
import type { Pipeline } from "../file/pipeline.ts";
import { Float, isMap, type Value } from "../value.ts";

/** What files hold, by path relative to the project. */
export type TrackedValues = ReadonlyMap<string, Value>;

/** Which files are read, and where. */
export interface Tracking {
  /** Where the content of an out lies that is not in its place; undefined: nowhere. */
  readonly elsewhere?: (relative: string) => string | undefined;
  /** Paths relative to the project: these files, and those inside these folders that are known; all unless given. */
  readonly only?: readonly string[] | undefined;
  /** Told of each metrics file that cannot be shown, and why. */
  readonly lost?: (relative: string, message: string) => void;
  /** Of params, what stages name, and what they take of files in `vars`, alone. */
  readonly dependencies?: boolean;
}

/**
 * What the metrics of a pipeline hold: the metrics of its stages and those named at the top of files. Numbers, texts and
 * maps of them count, as in DVC.
 *
 * @param diagnostics take what cannot be read
 */
export async function metricsOf(
  { folder, stages, metrics = [] }: Pipeline,
  diagnostics: Diagnostic[],
  { elsewhere = () => undefined, only, lost }: Tracking = {},
): Promise<TrackedValues> {
  const outs = stages.flatMap((stage) => stage.outs.filter(({ kind }) => kind === "metric").map(({ path }) => path));
  const values = new Map<string, Value>();
  const known = [...outs, ...metrics].map((path) => relativePath(folder, path));
  for (const name of chosen(known, only)) {
    const path = join(folder, name);
    const node = await read(path, name, elsewhere, diagnostics);
    if (node !== undefined) values.set(name, measured(toValue(node)) ?? {});
    else lost?.(name, diagnostics.at(-1)?.message ?? "it cannot be read");
  }
  return values;
}

/**
 * What the params of a pipeline hold: the keys that stages name, and whole files where a stage or the top of a file names
 * them, as well as the `params.yaml` beside the project's root. Of other files that `vars` load, what stages take of them.
 */
export async function paramsOf(
  { folder, stages, params = [], variables = [] }: Pipeline,
  diagnostics: Diagnostic[],
  { dependencies = false, only }: Tracking = {},
): Promise<TrackedValues> {
  const named = only === undefined ? stages.flatMap((stage) => stage.params) : [];
  const whole = new Set(named.filter(({ key }) => key === "").map(({ file }) => file));
  if (only !== undefined) {
    const known = [...stages.flatMap((stage) => stage.params.map(({ file }) => file)), ...params];
    for (const name of chosen(known.map((path) => relativePath(folder, path)), only)) whole.add(join(folder, name));
  } else if (!dependencies) {
    for (const path of params) whole.add(path);
    if (isThere(join(folder, DEFAULT_PARAMS))) whole.add(join(folder, DEFAULT_PARAMS));
  }
  const values = new Map<string, Value>();
  for (const path of whole) {
    const name = relativePath(folder, path);
    const node = await read(path, name, () => undefined, diagnostics);
    if (node !== undefined) values.set(name, toValue(node));
  }
  for (const { file, key, value } of named) {
    const name = relativePath(folder, file);
    if (whole.has(file) || value === undefined) continue;
    const before = values.get(name);
    values.set(name, { ...(before !== undefined && isMap(before) ? before : {}), [key]: value });
  }
  const tracked = new Set(values.keys());
  for (const { file, key, value } of only === undefined ? variables : []) {
    const name = relativePath(folder, file);
    if (!tracked.has(name)) {
      values.set(name, { ...values.get(name) as Record<string, Value> | undefined, [key]: value });
    }
  }
  return values;
}

/** The known paths; where some are asked for, these, and the known ones inside them. */
function chosen(known: readonly string[], only: readonly string[] | undefined): ReadonlySet<string> {
  if (only === undefined) return new Set(known);
  return new Set(only.flatMap((wanted) => {
    const inside = known.filter((path) => wanted === "" || path.startsWith(`${wanted}/`));
    return inside.length > 0 ? inside : [wanted];
  }));
}

async function read(
  path: string,
  name: string,
  elsewhere: (relative: string) => string | undefined,
  diagnostics: Diagnostic[],
): Promise<Node | undefined> {
  const at = isThere(path) ? path : elsewhere(name);
  if (at !== undefined) return await new Documents(diagnostics).read(at, path);
  diagnostics.push({ severity: "warning", message: `${name} does not exist` });
  return undefined;
}

/** The numbers and texts of a metrics file. */
function measured(value: Value): Value | undefined {
  if (typeof value !== "object" || value instanceof Float) return value;
  if (value === null || !isMap(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const kept = measured(item);
    const isEmpty = kept === undefined || (isMap(kept) && Object.keys(kept).length === 0);
    return isEmpty ? [] : [[key, kept] as const];
  });
  return Object.fromEntries(entries);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function relativePath(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/");
}
