import type { Diagnostic } from "../diagnostic.ts";

/** What the store could not do, with the diagnostics to be shown instead of a stack trace. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(problem: string | readonly Diagnostic[], hints: readonly string[] = []) {
    const diagnostics = typeof problem === "string"
      ? [{ severity: "error" as const, message: problem, hints }]
      : problem;
    super(diagnostics.map(({ message }) => message).join("; "));
    this.diagnostics = diagnostics;
  }
}
