import { join, relative, sep } from "node:path";
import { git, readObjects } from "../git.ts";
import type { Lock } from "../store/lock.ts";
import { parseManifest } from "../store/manifest.ts";
import type { Workspace } from "../store/workspace.ts";

/** The files with the data of plots: as they are, or as a revision has them. All paths are absolute. */
export interface PlotFiles {
  /** Whether there is a file or folder. */
  has(path: string): boolean;
  /** Relative paths of all files in a folder, sorted; undefined where there is no folder. */
  folder(path: string): readonly string[] | undefined;
  /** What a file holds; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** The files of the disk. */
export const diskFiles: PlotFiles = {
  has: (path) => statOf(path) !== undefined,
  folder: (path) => statOf(path)?.isDirectory === true ? inFolder(path) : undefined,
  read: async (path) => statOf(path)?.isFile === true ? await Deno.readFile(path) : undefined,
};

/**
 * What git keeps of a folder in a revision.
 *
 * @throws {Error} where the folder is in no repository, or the revision is not known; the message is a sentence
 */
export async function committedFiles(folder: string, revision: string): Promise<PlotFiles> {
  const listed = await git(folder, ["ls-tree", "-r", "-z", "--name-only", "--end-of-options", revision]);
  const names = new TextDecoder().decode(listed).split("\0").filter((name) => name !== "");
  return filesByName(folder, names, async (name) => (await readObjects(folder, [`${revision}:./${name}`]))[0]);
}

/** What the cache has of the outs that a lock records. */
export function cachedFiles({ blobs }: Workspace, folder: string, lock: Lock): PlotFiles {
  const digests = new Map<string, string>();
  for (const { outs } of lock.stages.values()) {
    for (const { path, kind, sha256 } of outs) {
      if (kind === "file") digests.set(path, sha256);
      else {for (const file of parseManifest(blobs.text(sha256) ?? "") ?? []) {
          digests.set(join(path, file.path), file.sha256);
        }}
    }
  }
  const names = [...digests].filter(([, sha256]) => blobs.has(sha256)).map(([name]) => name);
  return filesByName(folder, names, (name) => Deno.readFile(blobs.path(digests.get(name)!)));
}

/** The files of the first, and what is only in the second. */
export function withFallback(first: PlotFiles, second: PlotFiles): PlotFiles {
  return {
    has: (path) => first.has(path) || second.has(path),
    folder: (path) => first.folder(path) ?? second.folder(path),
    read: async (path) => await first.read(path) ?? await second.read(path),
  };
}

function filesByName(
  folder: string,
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array | undefined>,
): PlotFiles {
  const all = new Set(names);
  const named = (path: string): string => relative(folder, path).replaceAll(sep, "/");
  const inside = (path: string): readonly string[] => {
    const prefix = `${named(path)}/`;
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)).sort();
  };
  return {
    has: (path) => all.has(named(path)) || inside(path).length > 0,
    folder: (path) => inside(path).length > 0 ? inside(path) : undefined,
    read: async (path) => all.has(named(path)) ? await read(named(path)) : undefined,
  };
}

function inFolder(folder: string, prefix = ""): string[] {
  const entries = [...Deno.readDirSync(join(folder, prefix))].sort((one, other) => one.name < other.name ? -1 : 1);
  return entries.flatMap(({ name, isDirectory }) =>
    isDirectory ? inFolder(folder, `${prefix}${name}/`) : [`${prefix}${name}`]
  );
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
