import type { Json } from "../value.ts";
import type { Point } from "./points.ts";
import type { Series } from "./series.ts";
import { anchor, filled, hasAnchor } from "./template.ts";

/** What stands between a file and its field where both tell lines apart. */
const SEPARATOR = "::";

/** What is drawn: the series of the first revision that has one gives axes and lines. */
export interface Drawing {
  /** Above the plot. */
  readonly title: string;
  /** Axes and lines. */
  readonly series: Omit<Series, "points">;
  /** Of all revisions. */
  readonly points: readonly Point[];
  /** Those that have points, in order. */
  readonly revisions: readonly string[];
}

/** A plot in Vega-Lite. */
export interface Specification {
  /** A template with DVC's anchors filled in. */
  readonly content: Json;
  /** What belongs in place of the anchors that were left in it, by anchor. */
  readonly anchors: { readonly [anchor: string]: Json };
}

/** What `--split` leaves out: what programs that draw many plots choose for themselves, and the data. */
const SPLIT: ReadonlySet<string> = new Set([
  "color",
  "data",
  "plot_height",
  "plot_width",
  "shape",
  "stroke_dash",
  "title",
  "tooltip",
  "x_label",
  "y_label",
  "zoom_and_pan",
]);

/**
 * The Vega-Lite specification of a plot: a template with DVC's anchors filled in, so that colours stand for revisions, and
 * dashes, shapes, rows and columns for lines where there are several.
 *
 * @param isSplit leave out what DVC's `--split` leaves out, and tell it beside
 * @throws {Error} where the template has no place for the data; the message is a sentence
 */
export function specificationOf(
  template: Json,
  { title, series, points, revisions }: Drawing,
  isSplit = false,
): Specification {
  if (!isSplit && !hasAnchor(template, "data")) throw new Error("the template does not use <DVC_METRIC_DATA>");
  const { x, y, lines } = series;
  const keys = lines.length > 1 ? (["filename", "field"] as const).filter((key) => differs(lines, key)) : [];
  const line = keys.join(SEPARATOR);
  const names = keys.length === 0 ? [] : [...new Set(lines.map((one) => keys.map((key) => one[key]).join(SEPARATOR)))];
  const group = line === "" ? ["rev"] : ["rev", line];
  const ofLines: { readonly [name: string]: Json } = line === ""
    ? { row: {}, column: {}, stroke_dash: {}, shape: {} }
    : {
      row: { field: line, sort: [] },
      column: { field: line, sort: [] },
      stroke_dash: scale(line, names.sort(), DASHES, HOLLOW),
      shape: scale(line, names.sort(), SHAPES, HOLLOW),
    };
  const optional: { readonly [name: string]: Json } = {
    color: scale("rev", revisions, COLORS, {}),
    zoom_and_pan: { name: "grid", select: "interval", bind: "scales" },
    plot_height: 300,
    plot_width: 300,
    group_by: group,
    group_by_x: [...group, x],
    group_by_y: [...group, y],
    pivot_field: ["rev", ...keys].map((key) => `datum.${key}`).join(` + '${SEPARATOR}' + `),
    tooltip: ["rev", x, y, ...line === "" ? [] : [line]].map((field) => ({ field })),
    ...ofLines,
  };
  const used = new Set(Object.keys(optional).filter((name) => hasAnchor(template, name)));
  const values: { readonly [name: string]: Json } = {
    ...optional,
    title,
    x: escaped(x),
    y: escaped(y),
    x_label: series.xLabel,
    y_label: series.yLabel,
    // Last: no place is looked for in the data.
    data: used.size > 0 ? points.map((point) => named(point, keys)) : points,
  };
  const isLeft = ([name]: readonly [string, Json]): boolean =>
    isSplit && SPLIT.has(name) && (used.has(name) || !(name in optional)) && !(line === "" && name in ofLines);
  const entries = Object.entries(values);
  return {
    content: entries.filter((entry) => !isLeft(entry))
      .reduce((spec, [name, value]) => filled(spec, name, value), template),
    anchors: Object.fromEntries(entries.filter(isLeft).map(([name, value]) => [anchor(name), value])),
  };
}

const COLORS = ["#945dd6", "#13adc7", "#f46837", "#48bb78", "#4299e1", "#ed8936", "#f56565"];
const DASHES = [[1, 0], [8, 8], [8, 4], [4, 4], [4, 2], [2, 1], [1, 1]];
const SHAPES = ["circle", "square", "triangle", "diamond"];
/** Entries of a legend that show the dash or the shape alone. */
const HOLLOW = { legend: { symbolFillColor: "transparent", symbolStrokeColor: "grey" } };

function scale(
  field: string,
  domain: readonly string[],
  range: readonly Json[],
  more: { readonly legend?: Json },
): Json {
  return { field, scale: { domain, range: domain.map((_, index) => range[index % range.length]!) }, ...more };
}

function differs(lines: Series["lines"], key: "filename" | "field"): boolean {
  return new Set(lines.map((line) => line[key])).size > 1;
}

/** A point with the one field that tells its line from others. */
function named(point: Point, keys: readonly ("filename" | "field")[]): Point {
  const { filename, field, ...rest } = point;
  const values = { filename: filename ?? "", field: field ?? "" };
  return keys.length === 0 ? rest : { ...rest, [keys.join(SEPARATOR)]: keys.map((key) => values[key]).join(SEPARATOR) };
}

/** A name of a field in which Vega-Lite sees no path. */
function escaped(field: string): string {
  return field.replace(/[.[\]]/g, "\\$&");
}
