import { parseManifest } from "../store/manifest.ts";
import type { Workspace } from "../store/workspace.ts";
import type { PackName, RemoteEntry } from "./entry.ts";
import type { ObjectName } from "./object_store.ts";
import { readPack } from "./pack.ts";
import { inParallel } from "./parallel.ts";
import type { Remote } from "./remote.ts";
import { RemoteError } from "./remote_error.ts";

/** Objects of a result that are asked for at once. */
const AT_ONCE = 8;

/** What came. */
export interface Traffic {
  /** Objects. */
  readonly objects: number;
  /** Bytes of their contents. */
  readonly bytes: number;
}

/**
 * Brings what an entry's result needs, and the cache does not have, into the cache. Its manifests come first, as they say
 * what is needed.
 *
 * @throws {RemoteError} where the remote does not have it whole, or cannot be asked; what came stays in the cache
 */
export async function download(
  { blobs }: Workspace,
  remote: Remote,
  { result: { outs }, contents, packs }: RemoteEntry,
  signal?: AbortSignal,
): Promise<Traffic> {
  let [objects, bytes] = [0, 0];
  const sizes = new Map(contents.map(({ sha256, size }) => [sha256, size]));
  const isAlone = ({ sha256 }: ObjectName): boolean => sizes.has(sha256);
  const bring = async (name: ObjectName): Promise<void> => {
    if (!await remote.readInto(blobs, name, signal)) throw lost(name);
    objects += 1;
    bytes += name.size;
  };
  const bringPack = async (name: PackName): Promise<void> => {
    const content = await remote.read(name, signal);
    if (content === undefined) throw lost(name);
    const pack = readPack(content);
    if (pack === undefined) throw new RemoteError(`${name.sha256.slice(0, 12)} is no pack`);
    for (const [digest, part] of pack) if (!blobs.has(digest, part.length)) blobs.adoptBytes(part, digest);
    objects += 1;
    bytes += name.size;
  };
  const bringAll = async (names: readonly ObjectName[]): Promise<void> => {
    const missing = names.filter(({ sha256, size }) => !blobs.has(sha256, size));
    const inPacks = new Set(missing.filter((name) => !isAlone(name)).map(({ sha256 }) => packOf(packs, sha256)));
    if (inPacks.has(undefined)) throw new RemoteError("its entry does not say where all of it is");
    await inParallel(missing.filter(isAlone), AT_ONCE, bring);
    await inParallel([...inPacks].filter((pack) => pack !== undefined), AT_ONCE, bringPack);
    const left = missing.find(({ sha256, size }) => !blobs.has(sha256, size));
    if (left !== undefined) throw new RemoteError(`its pack does not hold ${left.sha256.slice(0, 12)}`);
  };

  const folders = outs.filter(({ kind }) => kind === "directory");
  await bringAll(folders.flatMap(({ sha256 }) => blobs.has(sha256) ? [] : [{ sha256, size: sizes.get(sha256) ?? 0 }]));
  const files = folders.flatMap(({ sha256, path }) => {
    const manifest = blobs.text(sha256);
    const entries = manifest === undefined ? undefined : parseManifest(manifest);
    if (entries === undefined) throw new RemoteError(`what stands for ${path} is no list of files`);
    return entries;
  });
  const needed = [...outs.filter(({ kind }) => kind === "file"), ...files];
  await bringAll([...new Map(needed.map(({ sha256, size }) => [sha256, { sha256, size }])).values()]);
  return { objects, bytes };
}

/** The pack that a digest would be in. */
function packOf(packs: readonly PackName[], sha256: string): PackName | undefined {
  return packs.findLast(({ first }) => first <= sha256);
}

function lost({ sha256 }: ObjectName): RemoteError {
  return new RemoteError(`${sha256.slice(0, 12)} is not there, though an entry names it`);
}
