import { relative } from "node:path";
import type { Diagnostic, Range, Source } from "./diagnostic.ts";
import { widthOf } from "./width.ts";

/** How diagnostics are written. */
export interface DiagnosticTextOptions {
  /** With the colours of a terminal; false by default. */
  readonly color?: boolean;
  /** Paths below it are shown relative to it; the current folder by default. */
  readonly folder?: string;
  /** Excerpts fit into so many columns, if those are at least 40, so that no terminal breaks them; 120 by default. */
  readonly columns?: number | undefined;
}

/** A line and column, both from 1; the column counts characters (code points). */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/**
 * A diagnostic as text, without a newline at the end: `pipeline.yaml:12:5: error: message`, the line with carets below the
 * range, the related places in the same form, then the hints.
 */
export function formatDiagnostic(diagnostic: Diagnostic, options: DiagnosticTextOptions = {}): string {
  const paint = options.color ? painted : plain;
  const severity = paint(diagnostic.severity === "error" ? "red" : "yellow", diagnostic.severity);
  const lines: string[] = [];
  const head = `${severity}: ${diagnostic.message}`;
  lines.push(diagnostic.range ? `${paint("bold", place(diagnostic.range, options.folder))}: ${head}` : head);
  if (diagnostic.range) lines.push(...excerpt(diagnostic.range, paint, options.columns));
  for (const related of diagnostic.related ?? []) {
    lines.push(`  ${place(related.range, options.folder)}: ${related.message}`);
    lines.push(...excerpt(related.range, paint, options.columns));
  }
  for (const hint of diagnostic.hints ?? []) lines.push(`  ${paint("cyan", "hint")}: ${hint.replaceAll("\n", "\n  ")}`);
  return lines.join("\n");
}

/** Several diagnostics, in order of file and place, an empty line between them. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: DiagnosticTextOptions = {}): string {
  return [...diagnostics].sort(byPlace).map((diagnostic) => formatDiagnostic(diagnostic, options)).join("\n\n");
}

/** Where a range starts. */
export function positionOf(range: Range): Position {
  const starts = lineStarts(range.source);
  const line = lineAt(starts, range.start);
  return { line: line + 1, column: [...range.source.text.slice(starts[line], range.start)].length + 1 };
}

/** A path as it is shown: relative to the folder where that is shorter. */
export function shownPath(path: string, folder: string = Deno.cwd()): string {
  const short = relative(folder, path);
  return short.length < path.length ? short || "." : path;
}

function place(range: Range, folder?: string): string {
  const { line, column } = positionOf(range);
  return `${shownPath(range.source.path, folder)}:${line}:${column}`;
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (!a.range || !b.range) return Number(Boolean(a.range)) - Number(Boolean(b.range));
  const [left, right] = [a.range.source.path, b.range.source.path];
  return left === right ? a.range.start - b.range.start : left < right ? -1 : 1;
}

function excerpt(range: Range, paint: Paint, columns = 120): string[] {
  const { text } = range.source;
  const starts = lineStarts(range.source);
  const line = lineAt(starts, range.start);
  const start = starts[line] ?? 0;
  const end = text.indexOf("\n", start) < 0 ? text.length : text.indexOf("\n", start);
  const full = text.slice(start, end).trimEnd();
  const from = range.start - start;
  const to = Math.max(from + 1, Math.min(range.end - start, full.length));
  // The line's number, what sets it off and two ellipses take the rest.
  const width = Math.max(40, columns) - 10;
  const cut = from > width - 30 ? Math.max(0, from - Math.min(40, width >> 1)) : 0;
  const shown = (cut > 0 ? "…" : "") + full.slice(cut, cut + width) + (full.length > cut + width ? "…" : "");
  const before = (cut > 0 ? "…" : "") + full.slice(cut, from);
  const blank = before.split("\t").map((part) => " ".repeat(widthOf(part))).join("\t");
  const carets = "^".repeat(Math.max(1, widthOf(full.slice(from, Math.min(to, cut + width)))));
  const number = String(line + 1);
  const gutter = " ".repeat(number.length);
  return [
    `  ${paint("dim", `${number} |`)} ${shown}`,
    `  ${paint("dim", `${gutter} |`)} ${blank}${paint("red", carets)}`,
  ];
}

const cache = new WeakMap<Source, readonly number[]>();

function lineStarts(source: Source): readonly number[] {
  let starts = cache.get(source);
  if (!starts) {
    starts = [0, ...[...source.text.matchAll(/\n/g)].map((match) => match.index + 1)];
    cache.set(source, starts);
  }
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

type Style = "red" | "yellow" | "cyan" | "bold" | "dim";
type Paint = (style: Style, text: string) => string;

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 };

function plain(_style: Style, text: string): string {
  return text;
}

function painted(style: Style, text: string): string {
  return `\x1b[${CODES[style]}m${text}\x1b[0m`;
}
