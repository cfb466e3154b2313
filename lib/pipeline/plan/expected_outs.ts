import { sep } from "node:path";
import type { Out } from "../file/pipeline.ts";
import { isWithin } from "../path.ts";
import { directoryDigest, type PathDigest } from "../store/path_digest.ts";
import { type ManifestEntry, parseManifest } from "../store/manifest.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { Workspace } from "../store/workspace.ts";
import { type Disk, diskOf, matchesAmong } from "./disk.ts";

/**
 * The disk as it will be once the outs of restorable stages are in place, so that a plan can look through those stages.
 */
export class ExpectedOuts implements Disk {
  readonly #workspace: Workspace;
  readonly #outs = new Map<string, PathDigest>();
  /** Digests of the disk, which does not change while a plan is made. */
  readonly #disk = new Map<string, Promise<PathDigest | undefined>>();

  /** Starts with the disk as it is. */
  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Takes the outs as put in place; false where the cache does not tell what they hold. */
  expect(outs: readonly Out[], records: readonly OutRecord[]): boolean {
    const expected = new Map<string, PathDigest>();
    for (const { path, relative } of outs) {
      const record = records.find((candidate) => candidate.path === relative);
      const digest = record === undefined ? undefined : this.#recorded(record);
      if (digest === undefined) return false;
      expected.set(path, digest);
    }
    for (const [path, digest] of expected) this.#outs.set(path, digest);
    return true;
  }

  #recorded({ kind, sha256, size, executables = [] }: OutRecord): PathDigest | undefined {
    if (kind === "file") return { kind, sha256, size, executable: executables.length > 0 };
    const manifest = this.#workspace.blobs.text(sha256);
    const files = manifest === undefined ? undefined : parseManifest(manifest);
    return files === undefined ? undefined : { kind, sha256, size, count: files.length, files, executables };
  }

  /** The files that will stand below a folder and that a pattern matches. */
  readonly matching = (folder: string, pattern: string): readonly string[] => {
    const onDisk = diskOf(this.#workspace).matching(folder, pattern)
      .filter((path) => !this.#outs.keys().some((out) => isWithin(path, out)));
    const expected = [...this.#outs].flatMap(([out, digest]) =>
      digest.kind === "file" ? [out] : digest.files.map(({ path }) => `${out}${sep}${path}`)
    );
    return [...onDisk, ...matchesAmong(expected, folder, pattern)].sort();
  };

  /** The digest of what will stand at a path. */
  readonly digest = async (path: string): Promise<PathDigest | undefined> => {
    const exact = this.#outs.get(path);
    if (exact !== undefined) return exact;
    for (const [out, digest] of this.#outs) {
      if (path.startsWith(out + sep)) return within(digest, path.slice(out.length + 1));
    }
    const inside = [...this.#outs].filter(([out]) => out.startsWith(path + sep));
    const onDisk = await this.#onDisk(path);
    if (inside.length === 0) return onDisk;
    const files = onDisk?.kind === "directory" ? onDisk.files : [];
    return directoryDigest([
      ...files.filter((file) => !inside.some(([out]) => isWithin(`${path}${sep}${file.path}`, out))),
      ...inside.flatMap(([out, digest]) => entriesAt(out.slice(path.length + 1), digest)),
    ]);
  };

  #onDisk(path: string): Promise<PathDigest | undefined> {
    let digest = this.#disk.get(path);
    if (digest === undefined) {
      digest = this.#workspace.digests.digest(path);
      this.#disk.set(path, digest);
    }
    return digest;
  }
}

/** What stands at a relative path inside a folder. */
function within(digest: PathDigest, path: string): PathDigest | undefined {
  if (digest.kind === "file") return undefined;
  const file = digest.files.find((entry) => entry.path === path);
  if (file !== undefined) {
    return { kind: "file", sha256: file.sha256, size: file.size, executable: digest.executables.includes(path) };
  }
  const below = digest.files.filter((entry) => entry.path.startsWith(`${path}/`));
  if (below.length === 0) return undefined;
  return directoryDigest(below.map((entry) => ({ ...entry, path: entry.path.slice(path.length + 1) })));
}

function entriesAt(path: string, digest: PathDigest): readonly ManifestEntry[] {
  if (digest.kind === "file") return [{ path, sha256: digest.sha256, size: digest.size }];
  return digest.files.map((file) => ({ ...file, path: `${path}/${file.path}` }));
}
