import { relative, sep } from "node:path";
import type { Dep, Stage } from "../file/pipeline.ts";
import type { Resolution } from "../modules/resolution.ts";
import type { PathDigest } from "../store/path_digest.ts";
import { sha256 } from "../store/hash.ts";
import type { DepRecord, StageRecord } from "../store/stage_record.ts";
import { type Json, toJson, type Value } from "../value.ts";
import type { Closure } from "./closure.ts";
import type { Disk } from "./disk.ts";
import { expandedDeps } from "./expanded_deps.ts";

/** All that a stage's result is taken to depend on; the record of a stage is this and what the stage left. */
export interface Identity extends Omit<StageRecord, "fingerprint" | "deno" | "outs"> {
  /** The outs to be written, sorted by path. */
  readonly outs: readonly OutIdentity[];
}

/** What of an out bears on the result. */
export interface OutIdentity {
  /** Relative to the pipeline's folder, with `/`. */
  readonly path: string;
  /** The name by which a `run` stage knows it. */
  readonly name?: string;
  /** True: the stage finds what it left the last time. */
  readonly persist: boolean;
}

/** What the stage itself does not say. */
export interface Circumstances {
  /** Absolute folder of the pipeline. */
  readonly folder: string;
  /** Of a `run` stage's module. */
  readonly closure?: Closure;
  /** `with`, parsed by the module's schema; as it stands in the file where absent. */
  readonly with?: Json;
  /** What resolvers made of values inside `with`. */
  readonly resolutions?: readonly Resolution[];
  /** What the commands that tell versions printed, by command. */
  readonly tools?: { readonly [command: string]: string };
  /** What stands where, now or soon. */
  readonly disk: Disk;
  /** The value of an environment variable. */
  readonly environment: (name: string) => string | undefined;
}

/** A stage's identity as far as it is known: without the deps that are missing. */
export interface KnownIdentity {
  /** Without the missing deps. */
  readonly identity: Identity;
  /** The deps at whose paths nothing stands. */
  readonly missing: readonly Dep[];
}

/** Works out a stage's identity. */
export async function identityOf(stage: Stage, circumstances: Circumstances): Promise<KnownIdentity> {
  const deps: DepRecord[] = [];
  const missing: Dep[] = [];
  for (const dep of expandedDeps(stage, circumstances.folder, circumstances.disk.matching)) {
    const digest = dep.glob === undefined ? await circumstances.disk.digest(dep.path) : undefined;
    if (digest === undefined) missing.push(dep);
    else deps.push(depRecord(stage, dep, contentOf(digest)));
  }
  const identity: Identity = {
    ...actionIdentity(stage, circumstances),
    ...paramsIdentity(stage, circumstances.folder),
    ...environmentIdentity(stage, circumstances.environment),
    ...(circumstances.tools === undefined ? {} : { tools: circumstances.tools }),
    ...folderIdentity(stage, circumstances.folder),
    deps: deps.sort(byPath),
    outs: stage.outs.map(({ relative, name, persist }) => ({
      path: relative,
      ...(stage.action.kind === "run" && name !== undefined ? { name } : {}),
      persist,
    })).sort(byPath),
  };
  return { identity, missing };
}

/** The same where missing deps are taken to be as `content` has them; those that it does not know stay missing. */
export function completedIdentity(
  stage: Stage,
  { identity, missing }: KnownIdentity,
  content: (dep: Dep) => DepContent | undefined,
): KnownIdentity {
  const known = missing.map((dep) => ({ dep, content: content(dep) }));
  const deps = known.flatMap(({ dep, content }) => content === undefined ? [] : [depRecord(stage, dep, content)]);
  return {
    identity: { ...identity, deps: [...identity.deps, ...deps].sort(byPath) },
    missing: known.flatMap(({ dep, content }) => content === undefined ? [dep] : []),
  };
}

/** A dep's content, as a lock tells it. */
export type DepContent = Pick<DepRecord, "sha256" | "size" | "files">;

function contentOf(digest: PathDigest): DepContent {
  const { sha256, size } = digest;
  return { sha256, size, ...(digest.kind === "directory" ? { files: digest.count } : {}) };
}

function depRecord(stage: Stage, dep: Dep, { sha256, size, files }: DepContent): DepRecord {
  const isNamed = stage.action.kind === "run";
  return {
    path: dep.relative,
    ...(isNamed && dep.name !== undefined ? { name: dep.name } : {}),
    ...(isNamed && dep.index !== undefined ? { index: dep.index } : {}),
    ...(dep.matches === undefined ? {} : { glob: dep.matches }),
    sha256,
    size,
    ...(files === undefined ? {} : { files }),
  };
}

function actionIdentity(stage: Stage, circumstances: Circumstances): Partial<Identity> {
  const { action } = stage;
  if (action.kind === "cmd") return { cmd: action.lines };
  const { closure, resolutions = [] } = circumstances;
  if (closure === undefined) throw new Error(`The closure of ${action.module} is not known`);
  return {
    run: closure.entry,
    closure: closure.digest,
    with: resolutions.reduce<Json>(
      (values, { path, value }) => withValueAt(values, path, value),
      circumstances.with ?? toJson(action.with),
    ),
    ...(resolutions.length === 0
      ? {}
      : { resolved: Object.fromEntries(resolutions.map(({ path, identity }) => [path.join("."), identity])) }),
  };
}

/** `values` with another value at a path. */
function withValueAt(values: Json, path: readonly (string | number)[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(values)) {
    return values.map((item: Json, position) => position === key ? withValueAt(item, rest, value) : item);
  }
  const map = typeof values === "object" && values !== null ? values as { readonly [key: string]: Json } : {};
  return { ...map, [key]: withValueAt(map[key] ?? null, rest, value) };
}

function paramsIdentity({ params }: Stage, folder: string): Partial<Identity> {
  if (params.length === 0) return {};
  const files: { [file: string]: { [key: string]: Value } } = {};
  for (const { file, key, value } of params) {
    // A key that the file lacks is left away, so that null stays a value.
    const values = files[relativePath(folder, file)] ??= {};
    if (value !== undefined) values[key] = value;
  }
  return { params: files };
}

function environmentIdentity({ env }: Stage, environment: (name: string) => string | undefined): Partial<Identity> {
  if (env === undefined || env.length === 0) return {};
  const digests = env.toSorted().map((name) => {
    const value = environment(name);
    return [name, value === undefined ? null : sha256(value)] as const;
  });
  return { env: Object.fromEntries(digests) };
}

function folderIdentity({ wdir }: Stage, folder: string): Partial<Identity> {
  const path = relativePath(folder, wdir);
  return path === "" ? {} : { wdir: path };
}

function relativePath(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/");
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}
