import type { Stage } from "../file/pipeline.ts";
import type { Reason } from "../plan/reason.ts";
import type { Preparation } from "../run/preparation.ts";
import type { PathDigest } from "../store/path_digest.ts";
import { parseManifest } from "../store/manifest.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { Workspace } from "../store/workspace.ts";

/** How the tree and the lock go together. */
export interface LockCheck {
  /** Stages that are no longer those that the lock records. */
  readonly stale: readonly { readonly stage: string; readonly reasons: readonly Reason[] }[];
  /** Stages that the lock does not know: there is nothing of them to verify. */
  readonly unknown: readonly string[];
  /** Outs whose content is not the recorded one, and the files inside them that are known to differ. */
  readonly altered: readonly { readonly stage: string; readonly path: string; readonly files: readonly string[] }[];
  /** Recorded outs that are not there: git does not keep them, or somebody removed them. */
  readonly absent: readonly string[];
  /** How many outs are as recorded. */
  readonly matching: number;
}

/**
 * Compares the stages, and the outs that are there, with what the lock records of them.
 *
 * @throws {StoreError} where a dep or out cannot be read
 */
export async function checkLock(
  workspace: Workspace,
  stages: readonly Stage[],
  { planner, lock }: Preparation,
): Promise<LockCheck> {
  const stale: LockCheck["stale"][number][] = [];
  const unknown: string[] = [];
  const altered: LockCheck["altered"][number][] = [];
  const absent: string[] = [];
  let matching = 0;
  for (const stage of stages) {
    if (!stage.frozen && !lock.stages.has(stage.name)) {
      unknown.push(stage.name);
      continue;
    }
    const reasons = stage.frozen ? [] : await planner.lockDifference(stage);
    if (reasons.length > 0) stale.push({ stage: stage.name, reasons });
    for (const record of lock.stages.get(stage.name)?.outs ?? []) {
      const out = stage.outs.find(({ relative }) => relative === record.path);
      if (out === undefined) continue;
      const found = await workspace.digests.digest(out.path);
      if (found === undefined) absent.push(record.path);
      else if (found.kind === record.kind && found.sha256 === record.sha256) matching++;
      else altered.push({ stage: stage.name, path: record.path, files: alteredFiles(workspace, record, found) });
    }
  }
  return { stale, unknown, altered, absent, matching };
}

/** The files inside a folder that are not as recorded, where the cache still knows what those were. */
function alteredFiles({ blobs }: Workspace, record: OutRecord, found: PathDigest): string[] {
  const manifest = record.kind === "directory" ? blobs.text(record.sha256) : undefined;
  const recorded = manifest === undefined ? undefined : parseManifest(manifest);
  if (recorded === undefined || found.kind !== "directory") return [];
  const digests = (files: typeof recorded): Map<string, string> =>
    new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const [before, now] = [digests(recorded), digests(found.files)];
  return [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path)).sort();
}
