import { extname } from "node:path";
import { hasErrors } from "../diagnostic.ts";
import { readDocument } from "../file/document.ts";
import { toValue } from "../file/node.ts";
import { readToml } from "../file/toml_file.ts";
import { type Json, toJson } from "../value.ts";
import { rowsOf } from "../values/rows.ts";

/** A point of a plot: values by field. */
export interface Point {
  /** The value of a field. */
  readonly [field: string]: Json;
}

/** Endings of images, which are shown as they are. */
const IMAGES: ReadonlySet<string> = new Set([".jpg", ".jpeg", ".gif", ".png", ".svg"]);

/** Whether a plot is an image, by its path. */
export function isImage(path: string): boolean {
  return IMAGES.has(extname(path));
}

/**
 * Reads a file with the data of a plot.
 *
 * @param path by whose ending it is read
 * @param header whether the first row of a table holds the names of fields; else these are numbers from 0
 * @throws {Error} where it cannot be read as such; the message is a sentence
 */
export function readData(path: string, bytes: Uint8Array, header: boolean): Json {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const ending = extname(path);
  if (ending === ".csv" || ending === ".tsv") return tableRows(rowsOf(text, ending === ".csv" ? "," : "\t"), header);
  const read = ending === ".toml" ? readToml : [".json", ".yaml", ".yml"].includes(ending) ? readDocument : undefined;
  if (read === undefined) {
    throw new Error(`${path} is of no kind that can be drawn: JSON, YAML, TOML, CSV, TSV or an image`);
  }
  const document = read({ path, text });
  if (!document.ok || hasErrors(document.diagnostics)) {
    throw new Error(`${path} cannot be read: ${document.diagnostics[0]?.message}`);
  }
  return toJson(toValue(document.value));
}

/** The points in a file: of each of its lists of like maps the values, point by point. */
export function pointsIn(data: Json): Point[] {
  const points: Record<string, Json>[] = [];
  for (const list of listsIn(data)) {
    if (!list.every(isPoint) || list.length === 0) continue;
    const [first, ...rest] = list;
    const fields = Object.keys(first!);
    if (rest.some((point) => Object.keys(point).some((field) => !(field in first!)))) continue;
    if (fields.length === 0) continue;
    for (const [index, point] of list.entries()) Object.assign(points[index] ??= {}, point);
  }
  return points;
}

/** The last field of the first list of maps, which is drawn unless another is named. */
export function lastField(data: Json): string | undefined {
  const list = listsIn(data).find((list) => list.every(isPoint));
  const first = list?.[0];
  return first === undefined ? undefined : Object.keys(first as Point).at(-1);
}

function tableRows(rows: readonly (readonly string[])[], header: boolean): Point[] {
  const filled = rows.filter((row) => row.length > 1 || row[0] !== "");
  const [first = []] = filled;
  const fields = header ? first : first.map((_, index) => String(index));
  return filled.slice(header ? 1 : 0).map((row) =>
    Object.fromEntries(fields.map((field, column) => [field, row[column] ?? null]))
  );
}

function listsIn(data: Json): (readonly Json[])[] {
  if (Array.isArray(data)) return [data];
  if (typeof data !== "object" || data === null) return [];
  return Object.values(data).flatMap((value) => typeof value === "object" && value !== null ? listsIn(value) : []);
}

function isPoint(value: Json): value is Point {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
