import { relative, sep } from "node:path";
import type { Out, Pipeline, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import { identityOf } from "../plan/identity.ts";
import type { Recorder } from "../plan/recorder.ts";
import type { PathDigest } from "../store/path_digest.ts";
import { manifestText } from "../store/manifest.ts";
import type { OutRecord } from "../store/out_record.ts";
import { commitOuts, isStored, outRecord } from "../store/outs.ts";
import type { Workspace } from "../store/workspace.ts";
import { canonical, isMap, type Value } from "../value.ts";
import { DvcCache } from "./cache.ts";
import { cacheFolder } from "./configuration.ts";
import { contentOf } from "./content.ts";
import { DvcLocks, type DvcRecord, readTextFile } from "./lock_file.ts";

/** What takes part in an importation. */
export interface Importing {
  /** Takes contents in. */
  readonly workspace: Workspace;
  /** The project. */
  readonly pipeline: Pipeline;
  /** Its stages. */
  readonly graph: Graph;
  /** Enters the stages. */
  readonly recorder: Recorder;
}

/**
 * Takes over what DVC knows of a project: a stage whose `dvc.lock` entry is as the stage stands now is up to date here, too.
 * Contents that are not on disk are copied out of DVC's cache.
 *
 * @returns for each stage why it was not imported; undefined where it was
 * @throws {Error} where a `dvc.lock` cannot be read
 */
export async function importDvc(importing: Importing): Promise<ReadonlyMap<string, string | undefined>> {
  const { pipeline, graph } = importing;
  const locks = new DvcLocks(pipeline.folder, (path) => readTextFile(path));
  const outcomes = new Map<string, string | undefined>();
  const cache = new DvcCache(cacheFolder(pipeline.folder));
  for (const [name, stage] of graph.stages) {
    const record = await locks.recordOf(stage);
    const problem = record === undefined
      ? "dvc.lock does not have it"
      : await importStage(stage, record, cache, importing);
    outcomes.set(name, problem);
  }
  return outcomes;
}

/** @returns why it was not imported; undefined where it was */
async function importStage(
  stage: Stage,
  record: DvcRecord,
  cache: DvcCache,
  { workspace, pipeline, recorder }: Importing,
): Promise<string | undefined> {
  const { action } = stage;
  if (action.kind !== "cmd" || canonical(action.lines) !== canonical(record.lines)) return "its command changed";
  for (const { file, key, value } of stage.params) {
    const before = valueAt(record.params[file], key);
    if (before === undefined || value === undefined || canonical(before) !== canonical(value)) {
      return `${relativePath(pipeline.folder, file)}${key === "" ? "" : `:${key}`} changed`;
    }
  }
  const deps = new Map<string, PathDigest>();
  for (const dep of stage.deps) {
    const found = await contentOf(dep.path, record.deps.get(dep.path), cache, workspace);
    if (found === undefined) return `${dep.relative} changed, or is missing`;
    deps.set(dep.path, found.digest);
  }
  const outs: OutRecord[] = [];
  for (const out of stage.outs) {
    const taken = await takeOut(out, record.outs.get(out.path), cache, workspace);
    if (taken === undefined) return `${out.relative} is neither as DVC left it nor in DVC's cache`;
    outs.push(taken);
  }
  workspace.blobs.sync();
  const { identity } = await identityOf(stage, {
    folder: pipeline.folder,
    disk: { digest: (path) => Promise.resolve(deps.get(path)), matching: () => [] },
    environment: () => undefined,
  });
  recorder.enter(stage, identity, outs);
  return undefined;
}

/** What a whole file (`""`) or one of its keys had. */
function valueAt(values: Value | undefined, key: string): Value | undefined {
  return values === undefined || key === "" ? values : isMap(values) ? values[key] : undefined;
}

async function takeOut(
  out: Out,
  md5: string | undefined,
  cache: DvcCache,
  workspace: Workspace,
): Promise<OutRecord | undefined> {
  const content = md5 === undefined ? undefined : await contentOf(out.path, md5, cache, workspace);
  if (content === undefined) return undefined;
  const { digest, files } = content;
  if (files[0] === out.path) return (await commitOuts(workspace, [out]))[0];
  if (!isStored(out)) return undefined;
  for (const file of files) await workspace.blobs.put(file);
  if (digest.kind === "directory") await workspace.blobs.putText(manifestText(digest.files));
  return outRecord(out, digest);
}

function relativePath(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/");
}
