import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Blobs } from "../store/blobs.ts";
import { hashInto } from "../store/hash.ts";
import { isFrame } from "./compression.ts";
import { decompressFile } from "./decompression.ts";
import type { ObjectName } from "./object_store.ts";

/** Contents from this size on, in bytes, are kept as far as they have come: the next attempt goes on there. */
const KEPT_BYTES = 16 << 20;
/** How much of a file tells whether it is a frame. */
const HEAD_BYTES = 4;

/**
 * A content on its way into the cache, in a file. What has come of a large one stays when it is disposed of before it is whole,
 * also where the process is killed: it is verified with the rest in the end.
 */
export class Arrival implements AsyncDisposable {
  readonly #blobs: Blobs;
  readonly #name: ObjectName;
  readonly #path: string;
  /** Whether what came stays. */
  readonly #isKept: boolean;
  readonly #file: FileHandle;
  #hash: Hash = createHash("sha256");
  #length = 0;

  private constructor(blobs: Blobs, name: ObjectName, path: string, isKept: boolean, file: FileHandle) {
    this.#blobs = blobs;
    this.#name = name;
    this.#path = path;
    this.#isKept = isKept;
    this.#file = file;
  }

  /** Begins, or goes on with what came before. */
  static async begin(blobs: Blobs, name: ObjectName): Promise<Arrival> {
    const kept = name.size < KEPT_BYTES ? undefined : blobs.beginArrival(name.sha256);
    const path = kept ?? blobs.draft();
    const file = await open(path, kept === undefined ? "ax+" : "a+");
    const arrival = new Arrival(blobs, name, path, kept !== undefined, file);
    if (kept !== undefined) arrival.#length = await hashInto(arrival.#hash, path);
    return arrival;
  }

  /** Bytes that have come. */
  get length(): number {
    return this.#length;
  }

  /** Gives up what has come. */
  async restart(): Promise<void> {
    this.#hash = createHash("sha256");
    this.#length = 0;
    await this.#file.truncate();
  }

  /** Takes in what comes next. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) at += (await this.#file.write(chunk, at)).bytesWritten;
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }

  /** Takes what has come over into the cache; where that is not what its name says, gives it up. */
  async finish(): Promise<boolean> {
    const { sha256 } = this.#name;
    if (this.#hash.digest("hex") === sha256) {
      this.#blobs.adopt(this.#path, sha256);
      return true;
    }
    const isAdopted = await this.#isFrame() && await this.#adoptDecompressed();
    await this.restart();
    return isAdopted;
  }

  /** Keeps what is worth it, and removes the rest. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    // What was taken over is no longer there.
    if (!this.#isKept || this.#length === 0) await rm(this.#path, { force: true });
    if (this.#isKept) this.#blobs.endArrival(this.#name.sha256);
  }

  async #isFrame(): Promise<boolean> {
    const head = new Uint8Array(HEAD_BYTES);
    await this.#file.read(head, 0, HEAD_BYTES, 0);
    return isFrame(head);
  }

  async #adoptDecompressed(): Promise<boolean> {
    const { sha256, size } = this.#name;
    const draft = this.#blobs.draft();
    try {
      if (await decompressFile(this.#path, draft, size) !== sha256) return false;
      this.#blobs.adopt(draft, sha256);
      return true;
    } finally {
      await rm(draft, { force: true });
    }
  }
}
