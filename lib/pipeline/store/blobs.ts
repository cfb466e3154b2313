import {
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder, temporaryPath } from "./durable_file.ts";
import { type ContentDigest, hashFile, sha256 } from "./hash.ts";

/**
 * The content-addressed store: files named by the sha256 of their content, at `<folder>/<first two digits>/<sha256>`.
 * Contents come and go as copies (reflinks where the file system has them), never as hard links, since an edit in place
 * would reach into the store.
 */
export class Blobs {
  /** Absolute. */
  readonly folder: string;
  readonly #temporary: string;
  readonly #unsynced = new Set<string>();
  #hasNewFolders = false;

  /**
   * Opens the store in a folder that exists.
   *
   * @param folder of the blobs
   * @param temporary a folder on the same file system, for what is not complete
   */
  constructor(folder: string, temporary: string) {
    this.folder = folder;
    this.#temporary = temporary;
  }

  /** Where a blob lies, or would. */
  path(digest: string): string {
    return join(this.folder, digest.slice(0, 2), digest);
  }

  /** Whether a blob of that size is there. Its content is looked at only when it is taken out. */
  has(digest: string, size?: number): boolean {
    const stat = statSync(this.path(digest), { throwIfNoEntry: false });
    return stat !== undefined && stat.isFile() && (size === undefined || stat.size === size);
  }

  /** All blobs, by digest, with their sizes in bytes. */
  sizes(): Map<string, number> {
    const sizes = new Map<string, number>();
    for (const part of readdirSync(this.folder)) {
      for (const digest of readdirSync(join(this.folder, part))) sizes.set(digest, statSync(this.path(digest)).size);
    }
    return sizes;
  }

  /** Whether a blob has the content that its name says; one that does not is deleted. */
  async verify(digest: string): Promise<boolean> {
    if ((await hashFile(this.path(digest))).sha256 === digest) return true;
    this.delete(digest);
    return false;
  }

  /** Stores a copy of a file; what is hashed is the copy, so that the name is right even if the file changes meanwhile. */
  async put(source: string): Promise<ContentDigest> {
    const draft = temporaryPath(this.#temporary, "blob");
    try {
      await copyFile(source, draft, constants.COPYFILE_FICLONE);
      const content = await hashFile(draft);
      if (this.has(content.sha256, content.size)) rmSync(draft, { force: true });
      else await this.#adopt(draft, content.sha256);
      return content;
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  /** Stores a text. */
  async putText(text: string): Promise<string> {
    const digest = sha256(text);
    if (this.has(digest, new TextEncoder().encode(text).length)) return digest;
    const draft = temporaryPath(this.#temporary, "blob");
    await Deno.writeTextFile(draft, text, { createNew: true });
    await this.#adopt(draft, digest);
    return digest;
  }

  /** A new path for a content that arrives in pieces, to be given to `adopt` or deleted. */
  draft(): string {
    return temporaryPath(this.#temporary, "blob");
  }

  /**
   * Takes over a draft whose digest the caller has worked out. It is not flushed to the disk, as it can be had again: what a
   * power failure tears is found out when the blob is taken out, which verifies it.
   */
  adopt(draft: string, digest: string): void {
    const path = this.path(digest);
    mkdirSync(dirname(path), { recursive: true });
    chmodSync(draft, 0o444);
    renameSync(draft, path);
  }

  /** The same for a small content that is in memory. */
  adoptBytes(bytes: Uint8Array, digest: string): void {
    const draft = this.draft();
    writeFileSync(draft, bytes, { flag: "wx" });
    this.adopt(draft, digest);
  }

  /** The content of a blob; undefined where it is missing or damaged (a damaged one is deleted). */
  bytes(digest: string): Uint8Array<ArrayBuffer> | undefined {
    if (!this.has(digest)) return undefined;
    const bytes = new Uint8Array(readFileSync(this.path(digest)));
    if (sha256(bytes) === digest) return bytes;
    this.delete(digest);
    return undefined;
  }

  async #adopt(draft: string, digest: string): Promise<void> {
    const path = this.path(digest);
    if (mkdirSync(dirname(path), { recursive: true }) !== undefined) this.#hasNewFolders = true;
    chmodSync(draft, 0o444);
    const file = await open(draft, "r");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    renameSync(draft, path);
    this.#unsynced.add(dirname(path));
  }

  /** Makes the blobs stored so far durable: to be called before an entry names them. */
  sync(): void {
    if (this.#unsynced.size === 0) return;
    for (const folder of this.#unsynced) syncFolder(folder);
    if (this.#hasNewFolders) syncFolder(this.folder);
    this.#hasNewFolders = false;
    this.#unsynced.clear();
  }

  /**
   * Copies a blob to a path where nothing is, and verifies the copy. False where the blob is missing or does not have the
   * content that its name says; a damaged one is deleted.
   */
  async take(digest: string, target: string): Promise<boolean> {
    if (!this.has(digest)) return false;
    await copyFile(this.path(digest), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(target, 0o644);
    const content = await hashFile(target);
    if (content.sha256 === digest) return true;
    rmSync(target, { force: true });
    this.delete(digest);
    return false;
  }

  /** The text of a blob; undefined where it is missing or damaged (a damaged one is deleted). */
  text(digest: string): string | undefined {
    const bytes = this.bytes(digest);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** Deletes a blob; nothing happens where there is none. */
  delete(digest: string): void {
    rmSync(this.path(digest), { force: true });
  }
}
