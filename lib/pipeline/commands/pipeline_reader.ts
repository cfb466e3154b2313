import { basename, dirname, resolve } from "node:path";
import { type Diagnostic, hasErrors, type Result } from "../diagnostic.ts";
import { readProject } from "../dvc/project_reader.ts";
import { Documents } from "../file/documents.ts";
import { readWritten, withAllParams } from "../file/file_reader.ts";
import { DVC_FILE, type Pipeline } from "../file/pipeline.ts";

/**
 * Reads a pipeline file, or the DVC project that a `dvc.yaml` belongs to. All errors come at once; those that the phases
 * share come once.
 */
export async function readPipeline(path: string): Promise<Result<Pipeline>> {
  const file = resolve(path);
  const found: Diagnostic[] = [];
  const pipeline = await (basename(file) === DVC_FILE ? readProject(file, found) : readFile(file, found));
  const diagnostics = distinct(found);
  return hasErrors(diagnostics) ? { ok: false, diagnostics } : { ok: true, value: pipeline, diagnostics };
}

async function readFile(file: string, diagnostics: Diagnostic[]): Promise<Pipeline> {
  const documents = new Documents(diagnostics);
  const reading = { folder: dirname(file), documents, diagnostics };
  const written = await readWritten(file, reading);
  const stages = await withAllParams(written.stages, reading);
  return { ...written, file, folder: dirname(file), files: await documents.paths(), stages };
}

/** The schema is asked before and after expansion, and about each item of a `foreach`: an error counts once a place. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { range, message, hints } = diagnostic;
    const key = range ? `${range.source.path}:${range.start}:${range.end}:${hints?.[0] ?? message}` : message;
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}
