import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { nameHints } from "../nearest.ts";
import { describe, keyRangeAt, type Node, nodeAt, toPlain } from "./node.ts";
import { type SchemaIssue, schemaIssues } from "./schema.ts";
import type { Phase } from "./schema_part.ts";

/**
 * Checks a file (phase `written`) or a stage (`expanded`) against the schema; each issue becomes an error at its place.
 * `label` is the path of the node in its file, empty for the file itself.
 */
export function validate(node: Node, phase: Phase, label: string, diagnostics: Diagnostic[]): void {
  for (const issue of schemaIssues(toPlain(node), phase)) diagnostics.push(...diagnosticsOf(issue, node, label));
}

function diagnosticsOf(issue: SchemaIssue, node: Node, label: string): readonly Diagnostic[] {
  const { path } = issue;
  if (issue.kind === "unknown keys") {
    return issue.keys.map((key) =>
      errorAt(keyRangeAt(node, [...path, key]), `Unknown key ${key}`, ...nameHints(key, issue.valid))
    );
  }
  const expected = `Expected ${issue.expected}`;
  if (issue.kind === "name") {
    return [errorAt(keyRangeAt(node, path), `${String(path.at(-1))} cannot be a name here`, expected)];
  }
  const name = [label, ...path.map(String)].filter((step) => step !== "").join(".") || "The file";
  const found = nodeAt(node, path);
  if (path.length > 0 && found === nodeAt(node, path.slice(0, -1))) {
    return [errorAt(keyRangeAt(node, path.slice(0, -1)), `${name} is missing`, expected)];
  }
  return [errorAt(found.range, `${name} is ${describe(found)}`, expected)];
}
