import type { z } from "zod";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import { describe, keyRangeAt, type Node, nodeAt, toPlain } from "./node.ts";
import { KEY_SEPARATOR } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/**
 * Checks a node against a schema whose messages are what was expected; each issue becomes an error at its place. `label`
 * is the path of the node in its file.
 */
export function validate(node: Node, schema: z.ZodType, label: string, diagnostics: Diagnostic[]): void {
  const result = schema.safeParse(toPlain(node));
  if (result.success) return;
  for (const issue of result.error.issues.flatMap((issue) => narrowed(issue, []))) {
    diagnostics.push(...diagnosticsOf(issue, node, label));
  }
}

/**
 * The issues that a person should see for one of the parser: of a union's options, the one that got further than the kind
 * of the value (a map with a wrong key is no wrong list), else the union's own.
 */
function narrowed(issue: Issue, prefix: readonly PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union") {
    const deeper = issue.errors.filter((issues) =>
      issues.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys")
    );
    const [option] = deeper;
    if (deeper.length === 1 && option) return option.flatMap((inner) => narrowed(inner, path));
  }
  return [{ ...issue, path }];
}

function diagnosticsOf(issue: Issue, node: Node, label: string): Diagnostic[] {
  const { path } = issue;
  const name = [label, ...path.map(String)].filter((step) => step !== "").join(".");
  if (issue.code === "unrecognized_keys") {
    const valid = issue.message.split(KEY_SEPARATOR);
    return issue.keys.map((key) => {
      const close = nearest(key, valid);
      const hints = [...(close ? [`Did you mean ${close}?`] : []), `Expected one of ${issue.message}`];
      return errorAt(keyRangeAt(node, [...path, key]), `Unknown key ${key}`, ...hints);
    });
  }
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? "another name";
    return [errorAt(keyRangeAt(node, path), `${String(path.at(-1))} cannot be a name here`, `Expected ${expected}`)];
  }
  const found = nodeAt(node, path);
  const missing = found !== nodeAt(node, path.slice(0, -1)) ? undefined : path.at(-1);
  if (missing !== undefined && path.length > 0) {
    return [errorAt(keyRangeAt(node, path.slice(0, -1)), `${name} is missing`, `Expected ${issue.message}`)];
  }
  return [errorAt(found.range, `${name || "The file"} is ${describe(found)}`, `Expected ${issue.message}`)];
}
