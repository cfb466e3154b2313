import { directoryDigest, type PathDigest } from "../store/path_digest.ts";
import type { ManifestEntry } from "../store/manifest.ts";
import type { Workspace } from "../store/workspace.ts";
import { type DvcCache, dvcDigest } from "./cache.ts";

/** A content that DVC knows by its md5. */
export interface Content {
  /** As this engine knows it. */
  readonly digest: PathDigest;
  /** Where it is: the path itself, or the objects of DVC's cache. */
  readonly files: readonly string[];
}

/** What has an md5: the path itself, or DVC's cache; any content of the path where there is no md5 to compare with. */
export async function contentOf(
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
