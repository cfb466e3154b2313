import type { Diagnostic } from "../diagnostic.ts";
import { positionOf, shownPath } from "../diagnostic_text.ts";
import type { DiagnosticJson } from "./line.ts";

/** A diagnostic as JSON; its file is told relative to an absolute folder. */
export function diagnosticJson({ severity, message, range, hints = [] }: Diagnostic, folder: string): DiagnosticJson {
  const place = range === undefined ? {} : { file: shownPath(range.source.path, folder), ...positionOf(range) };
  return { severity, message, ...place, hints };
}
