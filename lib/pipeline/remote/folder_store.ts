import { createReadStream, existsSync } from "node:fs";
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Body, ObjectKind, ObjectName, ObjectStore, Reading, StoredItem } from "./object_store.ts";
import { RemoteError, remoteErrorOf } from "./remote_error.ts";

/** A folder as a remote: on a shared disk, say. `cas/<hh>/<sha256>` and `ac/<hh>/<fingerprint>`, drafts in `tmp`. */
export class FolderStore implements ObjectStore {
  /** Compressed contents are fewer bytes for a disk that is far. */
  readonly compresses = true;
  readonly #folder: string;

  /** Takes an absolute folder; it is made when something is written, where the folder that it lies in is there. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether the file is there. */
  async has(sha256: string): Promise<boolean> {
    return await Promise.resolve(existsSync(this.#path("cas", sha256)));
  }

  /** Reads from the offset on. */
  async read(sha256: string, offset = 0): Promise<Reading | undefined> {
    const path = this.#path("cas", sha256);
    if (!existsSync(path)) return undefined;
    return await Promise.resolve({
      offset,
      chunks: guarded(createReadStream(path, { start: offset, highWaterMark: 1 << 20 })),
    });
  }

  /** Writes a draft, flushes it and renames it. */
  async write({ sha256 }: ObjectName, body: Body): Promise<void> {
    await this.#place(this.#path("cas", sha256), async (draft) => {
      if (body.kind === "bytes") await writeFile(draft, body.bytes, { flag: "wx" });
      else {
        await copyFile(body.path, draft);
        // The cache's own files may not be written.
        await chmod(draft, 0o644);
      }
    });
  }

  /** Reads the file. */
  async readEntry(name: string): Promise<string | undefined> {
    try {
      return await readFile(this.#path("ac", name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw remoteErrorOf(error);
      this.#requireDisk();
      return undefined;
    }
  }

  /** Writes as a content is written. */
  async writeEntry(name: string, text: string): Promise<void> {
    await this.#place(this.#path("ac", name), async (draft) => await writeFile(draft, text, { flag: "wx" }));
  }

  /** Walks both folders. */
  async *list(): AsyncIterable<StoredItem> {
    for (const kind of ["cas", "ac"] as const) {
      for (const part of await entriesOf(join(this.#folder, kind))) {
        for (const name of await entriesOf(join(this.#folder, kind, part))) {
          const { size, mtimeMs } = await stat(join(this.#folder, kind, part, name));
          yield { kind, name, size, modified: mtimeMs };
        }
      }
    }
  }

  /** Removes the file. */
  async delete(kind: ObjectKind, name: string): Promise<void> {
    try {
      await rm(this.#path(kind, name), { force: true });
    } catch (error) {
      throw remoteErrorOf(error);
    }
  }

  #path(kind: ObjectKind, name: string): string {
    return join(this.#folder, kind, name.slice(0, 2), name);
  }

  /** A disk that is not mounted is no empty remote, and not to be filled from below. */
  #requireDisk(): void {
    const disk = dirname(this.#folder);
    if (!existsSync(disk)) throw new RemoteError(`there is no folder ${disk}`, { unreachable: true });
  }

  async #place(path: string, write: (draft: string) => Promise<void>): Promise<void> {
    const draft = join(this.#folder, "tmp", crypto.randomUUID());
    try {
      this.#requireDisk();
      await mkdir(dirname(draft), { recursive: true });
      await mkdir(dirname(path), { recursive: true });
      await write(draft);
      const file = await open(draft, "r+");
      await file.sync().finally(() => file.close());
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw remoteErrorOf(error);
    }
  }
}

async function* guarded(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw remoteErrorOf(error, { transient: true });
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw remoteErrorOf(error);
  }
}
