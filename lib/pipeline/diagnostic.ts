/** A text file that diagnostics point into. */
export interface Source {
  /** Absolute path. */
  readonly path: string;
  /** The whole text. */
  readonly text: string;
}

/** A stretch of a source: UTF-16 offsets, `end` exclusive. */
export interface Range {
  /** The file. */
  readonly source: Source;
  /** Offset of the first unit. */
  readonly start: number;
  /** Offset behind the last unit. */
  readonly end: number;
}

/** What is wrong (or doubtful), where, and what to do: an error as data. */
export interface Diagnostic {
  /** An error stops what was asked for, a warning does not. */
  readonly severity: "error" | "warning";
  /** One sentence that says what was found, without a period. */
  readonly message: string;
  /** Where it stands; absent where no file is to blame. */
  readonly range?: Range;
  /** Other places that belong to it, each with its part in the matter: the first of two definitions, the steps of a cycle. */
  readonly related?: readonly Related[];
  /** What would have been right, the nearest valid name, the command that helps; one sentence each, without a period. */
  readonly hints?: readonly string[];
}

/** A second place that a diagnostic speaks of. */
export interface Related {
  /** Its part in the matter, without a period. */
  readonly message: string;
  /** Where it stands. */
  readonly range: Range;
}

/** A value, or the reasons why there is none. Warnings may come with a value. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** An error at a place. */
export function errorAt(range: Range, message: string, ...hints: readonly string[]): Diagnostic {
  return hints.length === 0 ? { severity: "error", message, range } : { severity: "error", message, range, hints };
}

/** Whether a list of diagnostics holds an error (and not warnings alone). */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
