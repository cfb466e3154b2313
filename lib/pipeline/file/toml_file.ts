import { parse, TomlDate, TomlError } from "smol-toml";
import { errorAt, type Range, type Result, type Source } from "../diagnostic.ts";
import { Float } from "../value.ts";
import type { Entry, MapNode, Node } from "./node.ts";

/** Reads TOML as a map, ints and floats apart; dates and times are text. Every value's place is the file's beginning. */
export function readToml(source: Source): Result<MapNode> {
  const range = { source, start: 0, end: 0 };
  try {
    return { ok: true, value: mapNode(parse(source.text, { integersAsBigInt: true }), range), diagnostics: [] };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const lines = source.text.split("\n").slice(0, error.line - 1);
    const start = Math.min(source.text.length, lines.join("\n").length + (lines.length > 0 ? 1 : 0) + error.column - 1);
    const [reason = ""] = error.message.replace("Invalid TOML document: ", "").split("\n");
    return { ok: false, diagnostics: [errorAt({ source, start, end: start }, `This is no TOML: ${reason}`)] };
  }
}

function mapNode(table: object, range: Range): MapNode {
  const entries = Object.entries(table).map(([key, value]): [string, Entry] => [
    key,
    { keyRange: range, node: nodeOf(value, range) },
  ]);
  return { kind: "map", entries: new Map(entries), range };
}

function nodeOf(value: unknown, range: Range): Node {
  if (Array.isArray(value)) return { kind: "list", items: value.map((item) => nodeOf(item, range)), range };
  if (value instanceof TomlDate) return { kind: "scalar", value: value.toISOString(), range };
  if (typeof value === "object" && value !== null) return mapNode(value, range);
  if (typeof value === "number") return { kind: "scalar", value: new Float(value), range };
  if (typeof value === "bigint") {
    const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
    return { kind: "scalar", value: isSafe ? Number(value) : value, range };
  }
  return { kind: "scalar", value: typeof value === "boolean" ? value : String(value), range };
}
