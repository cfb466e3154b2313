import { chmodSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ARRIVAL_PREFIX, syncFolder, temporaryPath } from "./durable_file.ts";
import { type ContentDigest, hashFile, sha256 } from "./hash.ts";

/** Contents up to this size, in bytes, are taken out by way of memory: so little is not worth a reflink. */
const SMALL_BYTES = 64 << 10;

/** How it ended that a content was to be taken out. */
export type Taking = "taken" | "missing" | "damaged";

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
  /** Digests of what arrives in a file of its own name. */
  readonly #arriving = new Set<string>();

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

  /** Which of many contents are not there: quick where most are not. */
  lacking<Name extends { readonly sha256: string; readonly size: number }>(names: readonly Name[]): Name[] {
    // What is not there costs an error's making, where its state is asked for.
    return names.filter(({ sha256, size }) => !existsSync(this.path(sha256)) || !this.has(sha256, size));
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
   * The path for a content that arrives, and that another process may go on with: what had come before is there. Undefined
   * where it is arriving already. To be given back by `endArrival`.
   */
  beginArrival(digest: string): string | undefined {
    if (this.#arriving.has(digest)) return undefined;
    this.#arriving.add(digest);
    return join(this.#temporary, `${ARRIVAL_PREFIX}${digest}`);
  }

  /** It is not arriving any more, be it whole or not. */
  endArrival(digest: string): void {
    this.#arriving.delete(digest);
  }

  /**
   * Takes over a draft whose digest the caller has worked out. It is not flushed to the disk, as it can be had again: what a
   * power failure tears is found out when the blob is taken out, which verifies it.
   */
  adopt(draft: string, digest: string): void {
    chmodSync(draft, 0o444);
    this.#place(draft, digest);
  }

  /** The same for a small content that is in memory. */
  adoptBytes(bytes: Uint8Array, digest: string): void {
    const draft = this.draft();
    // One of Deno's calls for all: those of Node take several times as long, and there may be thousands of contents.
    Deno.writeFileSync(draft, bytes, { createNew: true, mode: 0o444 });
    this.#place(draft, digest);
  }

  /** Moves a draft to where its content belongs; gives whether its folder is new. */
  #place(draft: string, digest: string): boolean {
    const path = this.path(digest);
    try {
      Deno.renameSync(draft, path);
      return false;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    mkdirSync(dirname(path), { recursive: true });
    Deno.renameSync(draft, path);
    return true;
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
    chmodSync(draft, 0o444);
    const file = await open(draft, "r");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    if (this.#place(draft, digest)) this.#hasNewFolders = true;
    this.#unsynced.add(dirname(this.path(digest)));
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
   * Copies a blob to a path where nothing is, and verifies the copy. One that does not have the content that its name says
   * is deleted.
   *
   * @param size bytes that it should have
   */
  async take(digest: string, size: number, target: string): Promise<Taking> {
    if (size <= SMALL_BYTES) return this.#takeSmall(digest, target);
    if (!this.has(digest)) return "missing";
    await copyFile(this.path(digest), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(target, 0o644);
    const content = await hashFile(target);
    if (content.sha256 === digest) return "taken";
    rmSync(target, { force: true });
    this.delete(digest);
    return "damaged";
  }

  /** What is verified is what is written. */
  #takeSmall(digest: string, target: string): Taking {
    let bytes: Uint8Array;
    try {
      bytes = Deno.readFileSync(this.path(digest));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "missing";
      throw error;
    }
    if (sha256(bytes) !== digest) {
      this.delete(digest);
      return "damaged";
    }
    Deno.writeFileSync(target, bytes, { createNew: true, mode: 0o644 });
    return "taken";
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
