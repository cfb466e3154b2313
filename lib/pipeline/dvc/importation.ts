import { dirname, join, relative, resolve, sep } from "node:path";
import type { Out, Pipeline, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import { identityOf } from "../plan/identity.ts";
import type { Recorder } from "../plan/recorder.ts";
import { directoryDigest, type PathDigest } from "../store/path_digest.ts";
import { type ManifestEntry, manifestText } from "../store/manifest.ts";
import type { OutRecord } from "../store/out_record.ts";
import { commitOuts, isStored, outRecord } from "../store/outs.ts";
import type { Workspace } from "../store/workspace.ts";
import { canonical, isMap, type Value } from "../value.ts";
import { DvcCache, dvcDigest } from "./cache.ts";
import { cacheFolder } from "./configuration.ts";
import { type DvcRecord, readDvcLock } from "./lock_file.ts";

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
  const locks = new Map<string, ReadonlyMap<string, DvcRecord>>();
  const outcomes = new Map<string, string | undefined>();
  const cache = new DvcCache(cacheFolder(pipeline.folder));
  for (const [name, stage] of graph.stages) {
    const colon = name.indexOf(":");
    const folder = join(pipeline.folder, dirname(name.slice(0, Math.max(colon, 0))));
    const lock = locks.get(folder) ?? await readDvcLock(folder);
    locks.set(folder, lock);
    const record = lock.get(name.slice(colon + 1));
    const problem = record === undefined
      ? "dvc.lock does not have it"
      : await importStage(stage, placed(record, stage.wdir), cache, importing);
    outcomes.set(name, problem);
  }
  return outcomes;
}

/** The record with absolute paths. */
function placed(record: DvcRecord, wdir: string): DvcRecord {
  const absolute = <T>(entries: Iterable<readonly [string, T]>): [string, T][] =>
    [...entries].map(([path, value]) => [resolve(wdir, path), value]);
  return {
    ...record,
    deps: new Map(absolute(record.deps)),
    outs: new Map(absolute(record.outs)),
    params: Object.fromEntries(absolute(Object.entries(record.params))),
  };
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

interface Content {
  readonly digest: PathDigest;
  /** Where it is: the path itself, or the objects of DVC's cache. */
  readonly files: readonly string[];
}

/** What has an md5: the path itself, or DVC's cache; any content of the path where there is no md5 to compare with. */
async function contentOf(
  path: string,
  md5: string | undefined,
  cache: DvcCache,
  { digests }: Workspace,
): Promise<Content | undefined> {
  const digest = await digests.digest(path);
  if (digest !== undefined && (md5 === undefined || await dvcDigest(path, digest) === md5)) {
    return { digest, files: [path] };
  }
  if (digest !== undefined || md5 === undefined) return undefined;
  if (!md5.endsWith(".dir")) {
    const object = await cache.object(md5);
    const found = object === undefined ? undefined : await digests.digest(object);
    return found?.kind === "file" ? { digest: { ...found, executable: false }, files: [object!] } : undefined;
  }
  const listed = await cache.entries(md5);
  if (listed === undefined) return undefined;
  const files: string[] = [];
  const entries: ManifestEntry[] = [];
  for (const { md5, relpath } of listed) {
    const object = await cache.object(md5);
    const found = object === undefined ? undefined : await digests.digest(object);
    if (object === undefined || found === undefined) return undefined;
    files.push(object);
    entries.push({ path: relpath, sha256: found.sha256, size: found.size });
  }
  return { digest: directoryDigest(entries), files };
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
