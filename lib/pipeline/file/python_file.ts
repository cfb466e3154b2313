import { errorAt, type Range, type Result, type Source } from "../diagnostic.ts";
import { readLiteral } from "./python_literal.ts";
import type { Entry, MapNode } from "./node.ts";

/**
 * Reads the params of a Python file as DVC does (`dvc/utils/serialize/_py.py`), without running it: what the file and its
 * classes assign literals to, and what `__init__` assigns to `self`. Everything else is passed over.
 */
export function readPython(source: Source): Result<MapNode> {
  const lines = logicalLines(source.text);
  if (lines === undefined) {
    const end = source.text.length;
    return {
      ok: false,
      diagnostics: [errorAt({ source, start: end, end }, "This Python file ends inside a bracket or a text")],
    };
  }
  return { ok: true, value: readBlock(lines, { source, start: 0, end: 0 }), diagnostics: [] };
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

const TOKEN =
  /"""[\s\S]*?(?<!\\)"""|'''[\s\S]*?(?<!\\)'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|#[^\n]*|\\\n|[\s\S]/g;

/** Statements, each with its continuation lines and without comments; undefined where a bracket or a text stays open. */
function logicalLines(text: string): Line[] | undefined {
  const lines: Line[] = [];
  let depth = 0;
  let current = "";
  let indent: number | undefined;
  const close = (): void => {
    indent ??= /^[ \t]*/.exec(current)![0].replaceAll("\t", "        ").length;
    if (current.trim() !== "") lines.push({ indent, text: current.trim() });
    current = "";
  };
  for (const [token] of text.replaceAll("\r\n", "\n").matchAll(TOKEN)) {
    if (token.startsWith("#")) continue;
    if ("([{".includes(token)) depth += 1;
    if (")]}".includes(token)) depth -= 1;
    if (token === '"' || token === "'") return undefined;
    if (token === ";" && depth === 0) close();
    else if (token === "\n" && depth === 0) {
      close();
      indent = undefined;
    } else current += token === "\\\n" ? " " : token;
  }
  close();
  return depth === 0 ? lines : undefined;
}

/** What a block's own statements assign; what stands deeper belongs to the class or `__init__` above it, or to nobody. */
function readBlock(lines: readonly Line[], range: Range, onlySelf = false): MapNode {
  const entries = new Map<string, Entry>();
  const indent = lines[0]?.indent ?? 0;
  for (let at = 0; at < lines.length;) {
    const { text } = lines[at]!;
    let end = at + 1;
    while (end < lines.length && lines[end]!.indent > indent) end += 1;
    const [, keyword, name = ""] = /^(class|def)\s+(\w+)/.exec(text) ?? [];
    if (keyword !== undefined) {
      const inside = readBlock(bodyOf(text, lines.slice(at + 1, end)), range, keyword === "def");
      if (keyword === "class") entries.set(name, { keyRange: range, node: inside });
      else if (name === "__init__") { for (const [key, entry] of inside.entries) entries.set(key, entry); }
    } else assign(text, onlySelf, entries, range);
    at = end;
  }
  return { kind: "map", entries, range };
}

/** A body that follows its head on the same line counts too. */
function bodyOf(head: string, below: readonly Line[]): readonly Line[] {
  const [, behind = ""] = /^class\s+\w+\s*(?:\([^)]*\))?\s*:\s*(.*)$/s.exec(head) ?? [];
  return behind === "" ? below : [{ indent: 0, text: behind }];
}

function assign(text: string, onlySelf: boolean, entries: Map<string, Entry>, range: Range): void {
  const [, target = "", value = ""] = /^([\w.]+)\s*(?::[^=]*)?=(?!=)([\s\S]*)$/.exec(text) ?? [];
  const [, self, name = ""] = /^(self\.)?([A-Za-z_]\w*)$/.exec(target) ?? [];
  if (name === "" || (onlySelf && self === undefined)) return;
  const node = readLiteral(value.trim(), range);
  if (node) entries.set(name, { keyRange: range, node });
}
