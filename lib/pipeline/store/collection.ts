import type { Needs } from "./needs.ts";
import type { Workspace } from "./workspace.ts";

/** What is to be removed of a cache. */
export interface Collection {
  /** Results and checkpoints, in the order of their last use. */
  readonly entries: readonly CollectedEntry[];
  /** Digests of the blobs that are then needed by nothing. */
  readonly blobs: readonly string[];
  /** Bytes of all that is removed. */
  readonly freed: number;
  /** Bytes of what is left. */
  readonly left: number;
  /** Bytes of what locks need. */
  readonly needed: number;
}

/** A result of the run cache, or what a stage that resumes keeps. */
export interface CollectedEntry {
  /** Which of the two. */
  readonly kind: "result" | "checkpoint";
  /** The fingerprint that names it, hex. */
  readonly name: string;
  /** Of a result: the stage that first had it. */
  readonly stage?: string;
  /** When it was last of use, in ms since 1970. */
  readonly used: number;
}

interface Candidate extends CollectedEntry {
  readonly blobs: readonly string[];
  readonly size: number;
}

/**
 * Decides what to remove: blobs that neither a result nor a lock names, then results that no lock has, and checkpoints,
 * the least recently used first, until what is left fits the budget. What locks need is never removed.
 *
 * @param budget bytes
 */
export function planCollection(workspace: Workspace, needs: Needs, budget: number): Collection {
  const sizes = workspace.blobs.sizes();
  const bytes = (digests: Iterable<string>): number =>
    [...digests].reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0);
  const candidates = candidatesOf(workspace, needs);
  const users = new Map<string, number>();
  for (const { blobs } of candidates) for (const blob of blobs) users.set(blob, (users.get(blob) ?? 0) + 1);
  const doomed = [...sizes.keys()].filter((digest) => !users.has(digest) && !needs.blobs.has(digest));

  const states = candidates.reduce((sum, { size }) => sum + size, 0);
  const all = bytes(sizes.keys()) + states;
  let left = all - bytes(doomed);
  const entries: CollectedEntry[] = [];
  for (const { blobs, size, ...entry } of candidates.toSorted((one, other) => one.used - other.used)) {
    if (left <= budget) break;
    entries.push(entry);
    left -= size;
    for (const blob of blobs) {
      const rest = users.get(blob)! - 1;
      users.set(blob, rest);
      if (rest > 0 || needs.blobs.has(blob) || !sizes.has(blob)) continue;
      doomed.push(blob);
      left -= sizes.get(blob)!;
    }
  }
  return { entries, blobs: doomed, freed: all - left, left, needed: bytes(needs.blobs) };
}

/** Removes it: entries before the blobs that they name, so that no entry is left without. */
export function collect({ results, states, blobs }: Workspace, collection: Collection): void {
  for (const { kind, name } of collection.entries) {
    if (kind === "result") results.delete(name);
    else states.drop(name);
  }
  for (const digest of collection.blobs) blobs.delete(digest);
}

/** What may be removed. */
function candidatesOf({ results, states }: Workspace, { fingerprints }: Needs): Candidate[] {
  const candidates: Candidate[] = [...states.sizes()].map(([name, { size, changed }]) => ({
    kind: "checkpoint",
    name,
    used: changed,
    blobs: [],
    size,
  }));
  for (const [name, used] of results.uses()) {
    // One that is not whole is removed by reading it.
    const result = fingerprints.has(name) ? undefined : results.read(name);
    if (result === undefined) continue;
    const blobs = [...new Set(results.blobsOf(result.outs))];
    candidates.push({ kind: "result", name, stage: result.stage, used, blobs, size: 0 });
  }
  return candidates;
}
