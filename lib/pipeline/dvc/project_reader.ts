import { dirname, join, resolve } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import { Documents } from "../file/documents.ts";
import { type Reading, readWritten, withAllParams, type WrittenFile } from "../file/file_reader.ts";
import { child, textOf } from "../file/node.ts";
import { DVC_FILE, type Pipeline, type Stage } from "../file/pipeline.ts";
import { flagStyle } from "./configuration.ts";
import { Ignored } from "./ignored.ts";
import { projectRoot, stagePrefix } from "./project_root.ts";

/** Folders of tools. */
const TOOLS: ReadonlySet<string> = new Set([".git", ".hg", ".dvc", ".pipeline"]);

/**
 * Reads the project that a `dvc.yaml` belongs to: every `dvc.yaml` from its root down is part of one graph, save what
 * `.dvcignore` hides and what lies inside outs. Stages of files in subfolders have DVC's addresses as names:
 * `sub/dvc.yaml:train`.
 */
export async function readProject(file: string, diagnostics: Diagnostic[]): Promise<Pipeline> {
  const folder = projectRoot(dirname(file));
  const ignored = new Ignored(folder);
  const documents = new Documents(diagnostics);
  const reading: Reading = { folder, documents, diagnostics, flags: flagStyle(folder), postponed: true };
  // Without a root, no other file is known to belong to this one.
  const written = folder === dirname(file) && !await isFolder(join(folder, ".dvc"))
    ? [await readFile(file, reading)]
    : await readFolder(folder, ignored, reading);
  const stages = await withAllParams(written.flatMap(({ stages }) => stages), reading);
  return {
    file: join(folder, DVC_FILE),
    folder,
    files: await documents.paths(),
    stages: stages.map(withoutNeeds),
    metrics: written.flatMap(({ metrics }) => metrics),
    params: written.flatMap(({ params }) => params),
    variables: written.flatMap(({ variables }) => variables),
    plots: written.flatMap(({ plots }) => plots),
    ignores: (path) => ignored.inside(path),
  };
}

/** All files of a project, from a folder down. */
async function readFolder(root: string, ignored: Ignored, reading: Reading): Promise<WrittenFile[]> {
  const written: WrittenFile[] = [];
  const outs = new Set<string>();
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = [...Deno.readDirSync(folder)].sort((one, other) => one.name < other.name ? 1 : -1);
    for (const { name, isDirectory } of entries) {
      const path = join(folder, name);
      if (isDirectory || ignored.has(path, false)) continue;
      if (name === DVC_FILE) {
        const read = await readFile(path, reading);
        written.push(read);
        for (const { stage } of read.stages) for (const out of stage.outs) outs.add(out.path);
      } else if (name.endsWith(".dvc")) {
        for (const out of await trackedPaths(path, reading.documents)) outs.add(out);
      }
    }
    for (const { name, isDirectory } of entries) {
      const path = join(folder, name);
      if (isDirectory && !TOOLS.has(name) && !outs.has(path) && !ignored.has(path, true)) pending.push(path);
    }
  }
  return written;
}

async function readFile(file: string, reading: Reading): Promise<WrittenFile> {
  const prefix = stagePrefix(reading.folder, file);
  const written = await readWritten(file, reading);
  const stages = written.stages.map(({ stage, params }) => ({
    stage: { ...stage, name: prefix + stage.name, group: prefix + stage.group },
    params,
  }));
  return { ...written, stages };
}

/** Absolute paths of what a `.dvc` file tracks: data beside the pipelines, in which no pipeline lies. */
async function trackedPaths(file: string, documents: Documents): Promise<readonly string[]> {
  const outs = child(await documents.read(file), "outs");
  const paths = outs?.kind === "list" ? outs.items.map((out) => textOf(child(out, "path"))) : [];
  return paths.filter((path) => path !== undefined).map((path) => resolve(dirname(file), path));
}

/** A frozen stage is left alone, so what it would read holds up nothing, and is not brought up to date for it. */
function withoutNeeds(stage: Stage): Stage {
  return stage.frozen ? { ...stage, deps: [], params: [] } : stage;
}

async function isFolder(path: string): Promise<boolean> {
  const stat = await Deno.stat(path).catch(() => undefined);
  return stat?.isDirectory ?? false;
}
