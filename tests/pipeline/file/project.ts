import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { formatDiagnostics } from "../../../lib/pipeline/diagnostic_text.ts";
import { readPipeline } from "../../../lib/pipeline/commands/pipeline_reader.ts";
import type { Pipeline } from "../../../lib/pipeline/file/pipeline.ts";
import { buildGraph } from "../../../lib/pipeline/graph/builder.ts";
import type { Graph } from "../../../lib/pipeline/graph/graph.ts";

/** A folder of text files that is gone at the end of the test. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  path(name: string): string;
  /** The errors and warnings of a pipeline file and its graph, as people see them in the project's folder. */
  errors(name?: string): Promise<string>;
  /** The pipeline; fails with the errors' text. */
  pipeline(name?: string): Promise<Pipeline>;
  /** The graph; fails with the errors' text. */
  graph(name?: string): Promise<Graph>;
}

/** Writes files (texts by name) into a folder of their own. */
export async function project(files: Readonly<Record<string, string>>): Promise<Project> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "pipeline-" }));
  const path = (name: string): string => join(folder, name);
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(path(name)), { recursive: true });
    await Deno.writeTextFile(path(name), text);
  }
  const pipeline = async (name = "pipeline.yaml"): Promise<Pipeline> => {
    const result = await readPipeline(path(name));
    if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics, { folder }));
    return result.value;
  };
  return {
    folder,
    path,
    pipeline,
    async errors(name = "pipeline.yaml"): Promise<string> {
      const result = await readPipeline(path(name));
      const graph = result.ok ? buildGraph(result.value) : undefined;
      return formatDiagnostics([...result.diagnostics, ...graph?.diagnostics ?? []], { folder });
    },
    async graph(name = "pipeline.yaml"): Promise<Graph> {
      const result = buildGraph(await pipeline(name));
      if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics, { folder }));
      return result.value;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A test of the exact text that people see for a pipeline file. */
export function says(name: string, files: Readonly<Record<string, string>>, expected: string, file?: string): void {
  Deno.test(name, async () => {
    await using made = await project(files);
    assert.equal(await made.errors(file), expected.replace(/^\n/, "").trimEnd());
  });
}
