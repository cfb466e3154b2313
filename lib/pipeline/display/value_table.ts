import { pythonText } from "../file/python_text.ts";
import { Float, type Scalar } from "../value.ts";
import type { Changes } from "../values/change.ts";
import { leaves } from "../values/change.ts";
import type { TrackedValues } from "../values/tracked_values.ts";
import { pad, widthOf } from "../width.ts";

/** Digits of metrics unless more or fewer are asked for. */
const DIGITS = 5;

/** How a table looks. */
export interface TableStyle {
  /** For a page in Markdown. */
  readonly md: boolean;
  /** Without the column of paths. */
  readonly noPath?: boolean;
  /** Digits behind the point of floats. */
  readonly precision?: number;
  /** With a column of revisions. */
  readonly revisions?: boolean;
}

/** Values by revision and file: a line a file, a column a key. */
export function valuesTable(revisions: ReadonlyMap<string, TrackedValues>, style: TableStyle): string {
  const rows = [...revisions].flatMap(([revision, values]) =>
    [...values].map(([path, value]) => ({ place: style.revisions ? [revision, path] : [path], cells: leaves(value) }))
  );
  const keys = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].sort();
  const lines = rows.map(({ place, cells }) => [...place, ...keys.map((key) => shown(cells.get(key), style))]);
  return table([...style.revisions ? ["Revision"] : [], "Path", ...keys], lines, style);
}

/** Changes: a line each; of metrics rounded, with the difference where there is one. */
export function changesTable(
  changes: Changes,
  what: "Metric" | "Param",
  from: string,
  to: string,
  style: TableStyle,
): string {
  const isMetric = what === "Metric";
  const cell = (value: Scalar | undefined): string => isMetric ? shown(value, style) : exact(value);
  const rows = [...changes].flatMap(([path, keys]) =>
    [...keys].map(([key, { old, new: now, diff }]) => [
      path,
      key,
      cell(old ?? undefined),
      cell(now ?? undefined),
      ...isMetric ? [cell(old instanceof Float || now instanceof Float ? floatOf(diff) : diff)] : [],
    ])
  );
  return table(["Path", what, from, to, ...isMetric ? ["Change"] : []], rows, style);
}

function floatOf(value: number | undefined): Float | undefined {
  return value === undefined ? undefined : new Float(value);
}

/** Columns, as wide as what is in them. */
function table(head: readonly string[], rows: readonly (readonly string[])[], { md, noPath }: TableStyle): string {
  if (rows.length === 0) return "";
  const lines = [head, ...rows].map((row) => noPath ? row.slice(1) : row);
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((row) => widthOf(row[column]!))));
  const padded = (row: readonly string[]): string[] => row.map((cell, column) => pad(cell, widths[column]!));
  if (!md) return lines.map((row) => `${padded(row).join("  ").trimEnd()}\n`).join("");
  const [first, ...others] = lines.map((row) =>
    `| ${padded(row.map((cell) => cell.replaceAll("|", "\\|"))).join(" | ")} |`
  );
  return `${[first, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...others].join("\n")}\n`;
}

/** A float is rounded behind the point, as DVC does it, but unless asked for never so far that its first digits go. */
function shown(value: Scalar | undefined, { precision }: TableStyle): string {
  if (!(value instanceof Float)) return exact(value);
  const isSmall = precision === undefined && Math.abs(value.value) < 1;
  const rounded = isSmall ? value.value.toPrecision(DIGITS) : value.value.toFixed(precision ?? DIGITS);
  return pythonText(new Float(Number(rounded)));
}

function exact(value: Scalar | undefined): string {
  return value === undefined ? "-" : pythonText(value);
}
