import type { Diagnostic } from "../diagnostic.ts";
import type { RunAction } from "../file/pipeline.ts";
import { nearest } from "../nearest.ts";
import type { Json } from "../value.ts";
import type { Issue } from "./description_protocol.ts";

/**
 * What a schema finds wrong, at its place in the pipeline file: what was found, what was expected, the nearest valid key.
 *
 * @param value `with` as it was checked
 */
export function issueDiagnostics(issue: Issue, action: RunAction, value: Json): Diagnostic[] {
  const { path, expected } = sharpened(issue);
  if (issue.code === "unrecognized_keys" || expected.code === "unrecognized_keys") {
    return (expected.keys ?? []).map((key) => unknownKey(key, path, expected.known ?? [], action));
  }
  const name = ["with", ...path].join(".");
  const found = at(value, path);
  const wanted = expectation(expected);
  const message = found === undefined
    ? `${name} is missing, expected ${wanted}`
    : expected.code === "custom"
    ? `${name} is ${shown(found)}: ${expected.message}`
    : `${name} is ${shown(found)}, expected ${wanted}`;
  const near = typeof found === "string" ? nearest(found, choicesOf(expected).map(String)) : undefined;
  return [{
    severity: "error",
    message,
    range: action.locate(path),
    ...(near === undefined ? {} : { hints: [`Did you mean ${near}?`] }),
  }];
}

function unknownKey(key: string, path: Issue["path"], known: readonly string[], action: RunAction): Diagnostic {
  const near = nearest(key, known);
  const hint = near !== undefined
    ? `Did you mean ${near}?`
    : known.length > 0
    ? `The keys here are ${known.join(", ")}`
    : "There are no keys here";
  return {
    severity: "error",
    message: `${["with", ...path, key].join(".")} is not a parameter of the stage's module`,
    range: action.locate([...path, key]),
    hints: [hint],
  };
}

/** The issue that says most: of a union, that of the choice which was meant, if one can be told. */
function sharpened(issue: Issue): { readonly path: Issue["path"]; readonly expected: Issue } {
  const meant = (issue.errors ?? []).filter(([first]) =>
    first !== undefined && (first.path.length > 0 || first.code === "unrecognized_keys")
  );
  const [inner] = meant.sort(([a], [b]) => (b?.path.length ?? 0) - (a?.path.length ?? 0))[0] ?? [];
  if (inner === undefined) return { path: issue.path, expected: issue };
  return sharpened({ ...inner, path: [...issue.path, ...inner.path] });
}

/** The values that would have been right, where they can be listed: of a union, those of all its choices. */
function choicesOf({ values, options, errors = [] }: Issue): readonly unknown[] {
  return values ?? options ?? errors.flatMap(([first]) => first === undefined ? [] : choicesOf(first));
}

/** What a schema expects, in words that follow "expected". */
export function expectation(issue: Issue): string {
  return alternatives(expectations(issue));
}

function expectations(issue: Issue): string[] {
  if (issue.code === "invalid_union" && issue.options === undefined) {
    return (issue.errors ?? []).flatMap(([first]) => first === undefined ? [] : expectations(first));
  }
  if (issue.code === "invalid_value") return (issue.values ?? []).map(shown);
  return [singleExpectation(issue)];
}

function singleExpectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeNames[issue.expected ?? ""] ?? issue.expected ?? issue.message;
    case "invalid_union":
      return alternatives((issue.options ?? []).map(shown));
    case "too_small":
      return bounded(issue, issue.minimum, issue.inclusive ? "at least" : "more than");
    case "too_big":
      return bounded(issue, issue.maximum, issue.inclusive ? "at most" : "less than");
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    default:
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "a map",
  record: "a map",
  null: "null",
  never: "nothing",
};

function bounded({ origin }: Issue, bound: number | undefined, comparison: string): string {
  const items = bound === 1 ? "item" : "items";
  const characters = bound === 1 ? "character" : "characters";
  switch (origin) {
    case "array":
      return `${comparison} ${bound} ${items}`;
    case "string":
      return `${comparison} ${bound} ${characters}`;
    default:
      return `${comparison} ${bound}`;
  }
}

function alternatives(texts: readonly string[]): string {
  const unique = [...new Set(texts)];
  const last = unique.pop() ?? "something else";
  return unique.length === 0 ? last : `${unique.join(", ")} or ${last}`;
}

/** A value as a message shows it, cut where it is long. */
function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function at(value: Json, path: Issue["path"]): Json | undefined {
  return path.reduce<Json | undefined>(
    (whole, key) =>
      typeof whole === "object" && whole !== null ? (whole as Record<string | number, Json>)[key] : undefined,
    value,
  );
}
