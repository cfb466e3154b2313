import { parseManifest } from "../store/manifest.ts";
import type { Workspace } from "../store/workspace.ts";
import type { PackName, RemoteEntry } from "./entry.ts";
import { Meter } from "./meter.ts";
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
 * @param meter is told of what comes
 * @throws {RemoteError} where the remote does not have it whole, or cannot be asked; what came stays in the cache
 */
export async function download(
  { blobs }: Pick<Workspace, "blobs">,
  remote: Remote,
  { result: { outs }, contents, packs }: RemoteEntry,
  meter: Meter = new Meter(),
): Promise<Traffic> {
  let [objects, bytes] = [0, 0];
  const sizes = new Map(contents.map(({ sha256, size }) => [sha256, size]));
  const isAlone = ({ sha256 }: ObjectName): boolean => sizes.has(sha256);
  const bring = async (name: ObjectName, files: number): Promise<void> => {
    const { at, done } = meter.object(name, files);
    if (!await remote.readInto(blobs, name, at)) throw lost(name);
    done();
    objects += 1;
    bytes += name.size;
  };
  const bringPack = async (name: PackName, files: number, wanted: Set<string>): Promise<void> => {
    const { at, done } = meter.object(name, files);
    const content = await remote.read(name, at);
    if (content === undefined) throw lost(name);
    const pack = readPack(content);
    if (pack === undefined) throw new RemoteError(`${name.sha256.slice(0, 12)} is no pack`);
    for (const [digest, part] of pack) {
      if (wanted.delete(digest)) blobs.adoptBytes(part, digest);
    }
    done();
    objects += 1;
    bytes += name.size;
  };
  const bringAll = async (names: readonly ObjectName[], areFiles: boolean): Promise<void> => {
    const missing = blobs.lacking(names);
    const alone = missing.filter(isAlone);
    const inPacks = Map.groupBy(missing.filter((name) => !isAlone(name)), ({ sha256 }) => packOf(packs, sha256));
    if (inPacks.has(undefined)) throw new RemoteError("its entry does not say where all of it is");
    const groups = [...inPacks].flatMap(([pack, { length }]) => pack === undefined ? [] : [{ pack, files: length }]);
    for (const { size } of [...alone, ...groups.map(({ pack }) => pack)]) meter.expect(size);
    await inParallel(alone, AT_ONCE, (name) => bring(name, areFiles ? 1 : 0));
    // Each is written once, whatever else is in the packs.
    const wanted = new Set([...inPacks.values()].flatMap((group) => group.map(({ sha256 }) => sha256)));
    await inParallel(groups, AT_ONCE, ({ pack, files }) => bringPack(pack, files, wanted));
    const [left] = wanted;
    if (left !== undefined) throw new RemoteError(`its pack does not hold ${left.slice(0, 12)}`);
  };

  const folders = outs.filter(({ kind }) => kind === "directory");
  await bringAll(
    folders.flatMap(({ sha256 }) => blobs.has(sha256) ? [] : [{ sha256, size: sizes.get(sha256) ?? 0 }]),
    false,
  );
  const files = folders.flatMap(({ sha256, path }) => {
    const manifest = blobs.text(sha256);
    const entries = manifest === undefined ? undefined : parseManifest(manifest);
    if (entries === undefined) throw new RemoteError(`what stands for ${path} is no list of files`);
    return entries;
  });
  const needed = [...outs.filter(({ kind }) => kind === "file"), ...files];
  await bringAll([...new Map(needed.map(({ sha256, size }) => [sha256, { sha256, size }])).values()], true);
  return { objects, bytes };
}

/** The pack that a digest would be in. */
function packOf(packs: readonly PackName[], sha256: string): PackName | undefined {
  return packs.findLast(({ first }) => first <= sha256);
}

function lost({ sha256 }: ObjectName): RemoteError {
  return new RemoteError(`${sha256.slice(0, 12)} is not there, though an entry names it`);
}
