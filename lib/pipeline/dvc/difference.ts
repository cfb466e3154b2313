import { join, relative, sep } from "node:path";
import type { Stage } from "../file/pipeline.ts";
import { difference } from "../plan/difference.ts";
import type { KnownIdentity } from "../plan/identity.ts";
import type { Reason } from "../plan/reason.ts";
import type { DepRecord, StageRecord } from "../store/stage_record.ts";
import type { Workspace } from "../store/workspace.ts";
import { isMap, type Value } from "../value.ts";
import { DvcCache } from "./cache.ts";
import { cacheFolder } from "./configuration.ts";
import { contentOf } from "./content.ts";
import type { DvcRecord } from "./lock_file.ts";

/**
 * Why a stage is not the one that a `dvc.lock` has, its outs aside. DVC keeps md5s, so what a dep held is known where it
 * still holds that, or where it is not on disk and DVC's cache has it; of all else, that it changed.
 *
 * @param folder absolute root of the project
 * @param record of the stage; undefined: the lock does not have it
 * @param known what the stage is made of now
 */
export async function dvcDifference(
  folder: string,
  stage: Stage,
  record: DvcRecord | undefined,
  { identity, missing }: KnownIdentity,
  workspace: Workspace,
): Promise<readonly Reason[]> {
  if (record === undefined) return [{ kind: "never run" }];
  if (missing.length > 0) return missing.map(({ relative }) => ({ kind: "dep missing", path: relative }));
  const place = (path: string): string => relative(folder, path).replaceAll(sep, "/");
  const cache = new DvcCache(cacheFolder(folder));
  const now = new Map(identity.deps.map((dep) => [join(folder, dep.path), dep]));
  const deps: DepRecord[] = [];
  for (const [path, md5] of record.deps) {
    const content = now.has(path) ? await contentOf(path, md5, cache, workspace) : undefined;
    const { sha256, size } = content?.digest ?? { sha256: `md5 ${md5}`, size: 0 };
    deps.push({ path: place(path), sha256, size });
  }
  const wholes = new Set(stage.params.filter(({ key }) => key === "").map(({ file }) => file));
  const params = Object.entries(record.params).map(([file, values]): [string, { readonly [key: string]: Value }] => [
    place(file),
    !isMap(values) || wholes.has(file) ? { "": values } : values,
  ]);
  const { wdir } = identity;
  const before: StageRecord = {
    fingerprint: "",
    deno: "",
    cmd: record.lines,
    ...params.length > 0 && { params: Object.fromEntries(params) },
    ...wdir !== undefined && { wdir },
    deps,
    outs: [...record.outs.keys()].map((path) => ({ path: place(path), kind: "file", sha256: "", size: 0 })),
  };
  return difference({ record: before, closure: undefined }, { identity, closure: undefined });
}
