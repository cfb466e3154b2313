import type { RemoteEntry } from "./entry.ts";
import { objectsOf } from "./entry.ts";
import type { StoredItem } from "./object_store.ts";
import { inParallel } from "./parallel.ts";
import type { Remote } from "./remote.ts";
import { RemoteError } from "./remote_error.ts";

/** How long what no entry names is left alone: it may be part of a push that has yet to write its entry. */
const GRACE_MS = 24 * 60 * 60 * 1000;
/** Requests at once. */
const AT_ONCE = 16;

/** What a remote has. */
export interface Inventory {
  /** Entries that can be read, with what a listing says of them. */
  readonly entries: readonly ListedEntry[];
  /** Entries that count as missing, and why. */
  readonly refused: readonly { readonly item: StoredItem; readonly because: string; readonly isNewer: boolean }[];
  /** Contents. */
  readonly contents: readonly StoredItem[];
}

/** An entry with its place in a listing. */
export interface ListedEntry {
  /** Its place. */
  readonly item: StoredItem;
  /** What it says. */
  readonly entry: RemoteEntry;
}

/**
 * Lists a remote and reads its entries; undefined where it cannot be listed.
 *
 * @throws {RemoteError} where it cannot be asked
 */
export async function inventoryOf(remote: Remote): Promise<Inventory | undefined> {
  const items = await remote.list();
  if (items === undefined) return undefined;
  const entries: ListedEntry[] = [];
  const refused: { item: StoredItem; because: string; isNewer: boolean }[] = [];
  await inParallel(items.filter(({ kind }) => kind === "ac"), AT_ONCE, async (item) => {
    const answer = await remote.listed(item.name);
    if (answer.kind === "known") entries.push({ item, entry: answer.entry });
    else if (answer.kind === "refused") {
      refused.push({ item, because: answer.because, isNewer: answer.isNewer ?? false });
    }
  });
  return { entries, refused, contents: items.filter(({ kind }) => kind === "cas") };
}

/** What is to be removed of a remote. */
export interface RemoteCollection {
  /** Entries, before the contents that they name. */
  readonly entries: readonly StoredItem[];
  /** Contents that no entry names then. */
  readonly contents: readonly StoredItem[];
  /** Bytes of all that is removed. */
  readonly freed: number;
  /** Bytes of what is left. */
  readonly left: number;
}

/**
 * Decides what to remove of a remote: what counts as missing, the oldest results that no lock has until what is left fits
 * the budget, and contents that no entry names any more and that are older than a day.
 *
 * @param fingerprints of results that locks have, which stay
 * @param budget bytes
 * @param now ms since 1970
 * @throws {RemoteError} where another version has written what this one cannot read
 */
export function planRemoteCollection(
  { entries, refused, contents }: Inventory,
  fingerprints: ReadonlySet<string>,
  budget: number,
  now: number = Date.now(),
): RemoteCollection {
  if (refused.some(({ isNewer }) => isNewer)) {
    throw new RemoteError("another version has written entries that this one cannot read, and nothing is removed");
  }
  const sizes = new Map(contents.map(({ name, size }) => [name, size]));
  const users = new Map<string, number>();
  const namesOf = ({ entry }: ListedEntry): string[] => [...new Set(objectsOf(entry).map(({ sha256 }) => sha256))];
  for (const entry of entries) for (const name of namesOf(entry)) users.set(name, (users.get(name) ?? 0) + 1);
  const isDoomed = ({ name, modified }: StoredItem): boolean => !users.get(name) && modified + GRACE_MS < now;

  const total = [...entries, ...refused].reduce((sum, { item }) => sum + item.size, 0) +
    contents.reduce((sum, { size }) => sum + size, 0);
  const removed = refused.map(({ item }) => item);
  let left = total - removed.reduce((sum, { size }) => sum + size, 0) -
    contents.filter(isDoomed).reduce((sum, { size }) => sum + size, 0);
  const dropped = new Set<string>();
  const candidates = entries.filter(({ entry }) => !fingerprints.has(entry.result.fingerprint));
  for (const candidate of candidates.toSorted((one, other) => one.item.modified - other.item.modified)) {
    if (left <= budget) break;
    removed.push(candidate.item);
    left -= candidate.item.size;
    for (const name of namesOf(candidate)) {
      users.set(name, users.get(name)! - 1);
      if (users.get(name)! > 0) continue;
      // A push that counts on it at this very moment leaves a result that is not whole: a miss.
      dropped.add(name);
      left -= sizes.get(name) ?? 0;
    }
  }
  const doomed = contents.filter((item) => dropped.has(item.name) || isDoomed(item));
  return { entries: removed, contents: doomed, freed: total - left, left };
}

/**
 * Removes it: entries before the contents that they name, so that no entry is left without. What killed writers have left goes,
 * too.
 */
export async function collectRemote(
  remote: Remote,
  { entries, contents }: RemoteCollection,
  now: number = Date.now(),
): Promise<void> {
  await remote.tidy(now - GRACE_MS);
  for (const items of [entries, contents]) {
    await inParallel(items, AT_ONCE, ({ kind, name }) => remote.delete(kind, name));
  }
}
