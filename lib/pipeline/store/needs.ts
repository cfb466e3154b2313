import type { LockContent } from "./lock_text.ts";
import type { Results } from "./results.ts";

/** What locks need of a cache. */
export interface Needs {
  /** Fingerprints of results. */
  readonly fingerprints: ReadonlySet<string>;
  /** Digests of blobs. */
  readonly blobs: ReadonlySet<string>;
}

/** What any of the locks needs: the outs of all of its stages. */
export function needsOf(locks: readonly LockContent[], results: Results): Needs {
  const records = locks.flatMap(({ stages }) => [...stages.values()]);
  return {
    fingerprints: new Set(records.map(({ fingerprint }) => fingerprint)),
    blobs: new Set(records.flatMap(({ outs }) => results.blobsOf(outs))),
  };
}
