import { pythonText } from "../file/python_text.ts";
import { Float, type Scalar } from "../value.ts";
import type { Changes } from "../values/change.ts";
import { leaves } from "../values/change.ts";
import type { TrackedValues } from "../values/tracked_values.ts";
import { pad, widthOf } from "./width.ts";

/** Significant digits of floats, as DVC shows them. */
const DIGITS = 5;

/** Values by file: a line a file, a column a key. */
export function valuesTable(values: TrackedValues): string {
  const rows = [...values].map(([path, value]) => ({ path, cells: leaves(value) }));
  const keys = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
  return table(["Path", ...keys], rows.map(({ path, cells }) => [path, ...keys.map((key) => shown(cells.get(key)))]));
}

/** Changes: a line each, with the difference where there is one. */
export function changesTable(changes: Changes, what: "Metric" | "Param", from: string, to: string): string {
  const isMetric = what === "Metric";
  const rows = [...changes].flatMap(([path, keys]) =>
    [...keys].map(([key, change]) => [
      path,
      key,
      shown(change.old ?? undefined),
      shown(change.new ?? undefined),
      ...isMetric ? [change.diff === undefined ? "-" : shown(new Float(change.diff))] : [],
    ])
  );
  return table(["Path", what, from, to, ...isMetric ? ["Change"] : []], rows);
}

/** Columns, as wide as what is in them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const widths = head.map((name, column) => Math.max(...[head, ...rows].map((row) => widthOf(row[column] ?? name))));
  return [head, ...rows].map((row) => `${row.map((cell, column) => pad(cell, widths[column]!)).join("  ").trimEnd()}\n`)
    .join("");
}

function shown(value: Scalar | undefined): string {
  if (value === undefined) return "-";
  if (!(value instanceof Float)) return pythonText(value);
  const rounded = Number(value.value.toPrecision(DIGITS));
  return Number.isInteger(rounded) ? String(rounded) : pythonText(new Float(rounded));
}
