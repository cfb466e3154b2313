import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Blobs } from "../store/blobs.ts";
import { TEMPORARY_PREFIX } from "../store/durable_file.ts";
import { objectsOf, type RemoteEntry } from "./entry.ts";
import type { ObjectName } from "./object_store.ts";
import { inParallel } from "./parallel.ts";
import type { Remote } from "./remote.ts";
import { RemoteError } from "./remote_error.ts";

/** Contents that are read at once. */
const AT_ONCE = 8;

/** What is wrong with the contents that entries name. */
export interface Audit {
  /** How many were read. */
  readonly contents: number;
  /** Digests of those that are not what their names say. */
  readonly damaged: ReadonlySet<string>;
  /** Digests of those that are not there. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Reads all contents that entries name, and compares each with its name.
 *
 * @param temporary a folder with room for the largest of them
 * @throws {RemoteError} where the remote cannot be asked
 */
export async function audit(remote: Remote, entries: readonly RemoteEntry[], temporary: string): Promise<Audit> {
  const names = new Map<string, ObjectName>(entries.flatMap(objectsOf).map((name) => [name.sha256, name]));
  const damaged = new Set<string>();
  const missing = new Set<string>();
  const scratch = mkdtempSync(join(temporary, `${TEMPORARY_PREFIX}audit-`));
  try {
    for (const folder of ["cas", "tmp"]) mkdirSync(join(scratch, folder));
    const blobs = new Blobs(join(scratch, "cas"), join(scratch, "tmp"));
    await inParallel(names.values(), AT_ONCE, async (name) => {
      try {
        if (!await remote.readInto(blobs, name)) missing.add(name.sha256);
        blobs.delete(name.sha256);
      } catch (error) {
        if (!(error instanceof RemoteError) || error.unreachable) throw error;
        damaged.add(name.sha256);
      }
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { contents: names.size, damaged, missing };
}
