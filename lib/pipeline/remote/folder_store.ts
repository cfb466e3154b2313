import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { counting } from "./meter.ts";
import type { Body, ObjectKind, ObjectName, ObjectStore, Reading, StoredItem } from "./object_store.ts";
import { RemoteError, remoteErrorOf } from "./remote_error.ts";

/** What is read and written at once. */
const CHUNK_BYTES = 1 << 20;

/** A folder as a remote: on a shared disk, say. `cas/<hh>/<sha256>` and `ac/<hh>/<fingerprint>`, drafts in `tmp`. */
export class FolderStore implements ObjectStore {
  /** Compressed contents are fewer bytes for a disk that is far. */
  readonly compresses = true;
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;

  /**
   * Takes an absolute folder; it is made when something is written, where the folder that it lies in is there.
   *
   * @param signal ends what is under way
   */
  constructor(folder: string, signal?: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
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
      chunks: guarded(createReadStream(path, { start: offset, highWaterMark: CHUNK_BYTES })),
    });
  }

  /** Writes a draft, flushes it and renames it. */
  async write({ sha256 }: ObjectName, body: Body, at: (position: number) => void = () => {}): Promise<void> {
    await this.#place(this.#path("cas", sha256), async (draft) => {
      if (body.kind === "bytes") await writeFile(draft, body.bytes, { flag: "wx" });
      else {
        const chunks = createReadStream(body.path, { highWaterMark: CHUNK_BYTES });
        await pipeline(chunks, counting(at), createWriteStream(draft, { flags: "wx" }), { signal: this.#signal });
        await body.checked;
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

  /** Removes drafts. */
  async tidy(time: number): Promise<void> {
    for (const name of await entriesOf(join(this.#folder, "tmp"))) {
      const draft = join(this.#folder, "tmp", name);
      // Its writer may have ended meanwhile.
      const modified = (await stat(draft).catch(() => undefined))?.mtimeMs ?? Infinity;
      if (modified < time) await rm(draft, { force: true });
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
