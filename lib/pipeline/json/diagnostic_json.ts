import type { Diagnostic } from "../diagnostic.ts";
import { positionOf, shownPath } from "../diagnostic_text.ts";
import { type DiagnosticJson, type DiagnosticLine, JSON_SCHEMA } from "./line.ts";

/** A diagnostic as JSON; its file is told relative to an absolute folder. */
export function diagnosticJson({ severity, message, range, hints = [] }: Diagnostic, folder: string): DiagnosticJson {
  const place = range === undefined ? {} : { file: shownPath(range.source.path, folder), ...positionOf(range) };
  return { severity, message, ...place, hints };
}

/** What is wrong with a pipeline, as a line of its own. */
export function diagnosticLine(diagnostic: Diagnostic, folder: string): DiagnosticLine {
  return { schema: JSON_SCHEMA, kind: "diagnostic", diagnostic: diagnosticJson(diagnostic, folder) };
}
