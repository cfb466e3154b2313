import { type Row, writeTable } from "../../formats/table.ts";
import { depthCurveColumns, depthCurveRows } from "./depth_curves.ts";
import { comparisonColumns, comparisonRows, intervalColumns, intervalRows } from "./seed_tables.ts";
import type { RawTables, Study } from "./study.ts";
import { layerColumns, layerRows, summaryColumns, summaryRows } from "./summary.ts";

/** A table to be written. */
export interface NamedTable {
  /** The file's name, as `history.csv`. */
  readonly name: string;
  /** In the order of the file. */
  readonly columns: readonly string[];
  /** In the order of the file. */
  readonly rows: readonly Row[];
}

const keys = [
  "dataset",
  "model",
  "width",
  "depth",
  "label_noise",
  "variant",
  "seed",
  "epoch",
  "definition",
  "threshold",
  "kind",
  "layer",
  "split",
  "class",
  "other_class",
];

/**
 * The tables of all networks as one file a kind, with a summary a network and a last state a layer.
 *
 * @throws Error where tables of one kind have different columns
 */
export function mergedTables(study: Study, raw: RawTables): NamedTable[] {
  return [
    ...merged("history.csv", raw.history),
    ...merged("cdnv.csv", raw.cdnv),
    ...merged("effective_depth.csv", raw.depth),
    ...merged("probe.csv", raw.probe),
    ...merged("class_pairs.csv", raw.pairs),
    ...merged("neural_collapse.csv", raw.collapse),
    { name: "summary.csv", columns: summaryColumns, rows: summaryRows(study) },
    { name: "layers.csv", columns: layerColumns, rows: layerRows(study) },
  ];
}

/**
 * The tables that condense the study: the effective depth over its threshold, and, where networks were trained from several
 * seeds, intervals and paired comparisons. One that would have no rows is left out.
 */
export function condensedTables(study: Study): NamedTable[] {
  return [
    { name: "depth_curve.csv", columns: depthCurveColumns, rows: depthCurveRows(study).toSorted(byKeys) },
    { name: "intervals.csv", columns: intervalColumns, rows: intervalRows(study) },
    { name: "comparisons.csv", columns: comparisonColumns, rows: comparisonRows(study) },
  ].filter(({ rows }) => rows.length > 0);
}

/** Writes the tables into a folder that exists. */
export async function writeTables(folder: string, tables: readonly NamedTable[]): Promise<void> {
  for (const { name, columns, rows } of tables) await writeTable(`${folder}/${name}`, columns, [...rows]);
}

/** One table of the rows of several, or none where there are no rows. */
function merged(name: string, rows: readonly Row[]): NamedTable[] {
  if (rows.length === 0) return [];
  const columns = Object.keys(rows[0]!);
  const other = rows.map((row) => Object.keys(row)).find((names) => names.join() !== columns.join());
  if (other !== undefined) {
    throw new Error(
      `${name} cannot be merged: one table has the columns ${columns.join(", ")}, another ${other.join(", ")}`,
    );
  }
  return [{ name, columns, rows: rows.toSorted(byKeys) }];
}

/** The order of rows must not depend on the order of the files. */
function byKeys(a: Row, b: Row): number {
  for (const key of keys) {
    const [left, right] = [a[key] ?? null, b[key] ?? null];
    if (left === right) continue;
    if (typeof left === "number" && typeof right === "number") return left - right;
    return String(left) < String(right) ? -1 : 1;
  }
  return 0;
}

/** How many rows each written table has and its sha256, by file name: what a figure can be traced to. */
export async function provenanceOf(folder: string, tables: readonly NamedTable[]): Promise<Record<string, string>> {
  const entries = await Promise.all(tables.map(async ({ name, rows }) => {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${name}`));
    return [name, `${rows.length} rows, sha256 ${new Uint8Array(digest).toHex()}`] as const;
  }));
  return Object.fromEntries(entries);
}
