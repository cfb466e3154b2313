import type { Source } from "../diagnostic.ts";
import { readDocument } from "./document.ts";
import { child, type MapNode } from "./node.ts";

/**
 * The text of a pipeline file with a stage's `frozen` set or removed, everything else as it is; of a `foreach` that of
 * all its stages.
 *
 * @returns undefined where the file has no such stage, or writes it by an alias
 */
export function withFrozen(source: Source, stage: string, frozen: boolean): string | undefined {
  const document = readDocument(source);
  const written = document.ok ? child(child(document.value, "stages"), stage) : undefined;
  // Beside foreach there is no place for other keys.
  const body = child(written, "do") ?? written;
  if (body?.kind !== "map" || body.entries.size === 0) return undefined;
  const text = withoutFrozen(source.text, body);
  if (!frozen) return text;
  if (text !== source.text) return withFrozen({ ...source, text }, stage, true);
  const isFlow = source.text[body.range.start] === "{";
  return isFlow ? inFlow(source.text, body) : inBlock(source.text, body);
}

function withoutFrozen(text: string, body: MapNode): string {
  const entry = body.entries.get("frozen");
  if (entry === undefined) return text;
  const [start, end] = [entry.keyRange.start, entry.node.range.end];
  if (text[body.range.start] === "{") {
    const before = text.slice(0, start).replace(/,\s*$/, "");
    const after = before.length < text.slice(0, start).trimEnd().length
      ? text.slice(end)
      : text.slice(end).replace(/^\s*,\s*/, "");
    return before + after;
  }
  const line = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  return text.slice(0, line) + (next < 0 ? "" : text.slice(next + 1));
}

function inFlow(text: string, { range }: MapNode): string {
  const last = text.slice(0, range.end - 1).trimEnd().replace(/,$/, "");
  return `${last}, frozen: true${text.slice(range.end - 1)}`;
}

/** A line behind the stage's last one. */
function inBlock(text: string, body: MapNode): string {
  const [first] = body.entries.values();
  const start = first?.keyRange.start ?? body.range.start;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const last = text.slice(0, body.range.end).trimEnd().length;
  const line = text.indexOf("\n", last);
  const at = line < 0 ? text.length : line;
  return `${text.slice(0, at)}\n${indent}frozen: true${text.slice(at)}`;
}
