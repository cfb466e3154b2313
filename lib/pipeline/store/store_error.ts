import type { Diagnostic } from "../diagnostic.ts";

/** What the store could not do, with the diagnostics to be shown instead of a stack trace. */
export class StoreError extends Error {
  /** Tells it from other errors. */
  override readonly name = "StoreError";
  /** What to show. */
  readonly diagnostics: readonly Diagnostic[];

  /**
   * Makes an error of a sentence, or of diagnostics.
   *
   * @param problem one sentence without a period, or diagnostics
   * @param hints what to do about the sentence
   */
  constructor(problem: string | readonly Diagnostic[], hints: readonly string[] = []) {
    const diagnostics = typeof problem === "string"
      ? [{ severity: "error" as const, message: problem, hints }]
      : problem;
    super(diagnostics.map(({ message }) => message).join("; "));
    this.diagnostics = diagnostics;
  }
}
