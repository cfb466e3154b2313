import pLimit, { type LimitFunction } from "p-limit";
import type { Blobs } from "../store/blobs.ts";
import type { OutRecord } from "../store/out_record.ts";
import { Arrival } from "./arrival.ts";
import { contentOf } from "./compression.ts";
import {
  alternativeName,
  type EntrySignature,
  formatEntry,
  objectsOf,
  parseEntry,
  type RemoteEntry,
  sameOuts,
  unsealed,
} from "./entry.ts";
import {
  type Body,
  type ObjectKind,
  type ObjectName,
  type ObjectStore,
  type Reading,
  sizeOf,
  type StoredItem,
} from "./object_store.ts";
import { interrupted, RemoteError, remoteErrorOf } from "./remote_error.ts";
import { PATIENCE, type Patience, withRetries } from "./retry.ts";
import { isSigned, type Signer } from "./signature.ts";

/** Requests at once, unless said otherwise. */
export const REQUESTS = 16;
/** What a body may have beyond its content: a frame that does not pay is a little longer. */
const SPARE_BYTES = 64 << 10;

/** A remote, as a pipeline file describes it. */
export interface RemoteOptions {
  /** As the file calls it. */
  readonly name: string;
  /** Where it is, for people. */
  readonly address: string;
  /** Nothing is written to it. */
  readonly readOnly: boolean;
  /** Public keys one of which has to have signed an entry; none: entries need no signature. */
  readonly trusts: readonly string[];
  /** Signs what is written. */
  readonly signer?: Signer;
  /** Requests at once; 16 unless given. */
  readonly requests?: number;
  /** How often something is tried. */
  readonly patience?: Patience;
  /** Ends what is under way, and lets nothing more begin. */
  readonly signal?: AbortSignal;
}

/** What a remote says of a fingerprint. */
export type Answer =
  | { readonly kind: "known"; readonly entry: RemoteEntry }
  | { readonly kind: "unknown" }
  /** It has an entry, which counts as none; `isNewer`: another version knows what it says. */
  | { readonly kind: "refused"; readonly because: string; readonly isNewer?: boolean };

/** A store of which nothing is believed: what comes is compared with its digest, and what fails is tried again. */
export class Remote {
  /** As the pipeline file describes it. */
  readonly options: RemoteOptions;
  readonly #store: ObjectStore;
  readonly #limit: LimitFunction;
  readonly #patience: Patience;
  /** Contents that are known to be there. */
  readonly #present = new Set<string>();
  /** Contents that are being written. */
  readonly #writing = new Map<string, Promise<boolean>>();

  /** Nothing is asked yet. */
  constructor(store: ObjectStore, options: RemoteOptions) {
    this.options = options;
    this.#store = store;
    this.#limit = pLimit(options.requests ?? REQUESTS);
    this.#patience = options.patience ?? PATIENCE;
  }

  /** Whether contents may be stored compressed. */
  get compresses(): boolean {
    return this.#store.compresses;
  }

  /**
   * What the remote has of a fingerprint, with these outs where they are given.
   *
   * @throws {RemoteError} where it cannot be asked
   */
  async entry(fingerprint: string, outs?: readonly OutRecord[]): Promise<Answer> {
    const answer = await this.#answer(fingerprint, fingerprint);
    if (outs === undefined || (answer.kind === "known" && sameOuts(answer.entry.result.outs, outs))) return answer;
    const other = await this.#answer(alternativeName(fingerprint, outs), fingerprint);
    if (other.kind === "known" && !sameOuts(other.entry.result.outs, outs)) return { kind: "unknown" };
    return other.kind === "unknown" && answer.kind === "refused" ? answer : other;
  }

  /** What stands under a name, whatever fingerprint it is about. */
  async #answer(name: string, fingerprint: string | undefined): Promise<Answer> {
    let isDamaged = false;
    const sealed = await this.#try(async () => {
      const text = await this.#store.readEntry(name);
      const read = text === undefined ? undefined : unsealed(text);
      isDamaged = text !== undefined && read === undefined;
      // It may have been damaged on the way.
      if (isDamaged) throw new RemoteError("an entry is damaged", { transient: true });
      return read;
    }).catch((error) => {
      if (!isDamaged || error.unreachable) throw error;
    });
    if (isDamaged) return { kind: "refused", because: "is damaged" };
    if (sealed === undefined) return { kind: "unknown" };
    const { trusts } = this.options;
    if (trusts.length > 0 && !await isSigned(sealed, trusts)) {
      const because = sealed.signatures.length === 0
        ? "is not signed"
        : "is not signed by a key that the remote trusts";
      return { kind: "refused", because };
    }
    const entry = parseEntry(sealed.text);
    if (entry === undefined) {
      return { kind: "refused", because: "is of a kind that this version does not know", isNewer: true };
    }
    const { result } = entry;
    const names = [result.fingerprint, alternativeName(result.fingerprint, result.outs)];
    if (result.fingerprint !== (fingerprint ?? result.fingerprint) || !names.includes(name)) {
      return { kind: "refused", because: "is about another fingerprint" };
    }
    return { kind: "known", entry };
  }

  /** What stands under a name of a listing. */
  async listed(name: string): Promise<Answer> {
    return await this.#answer(name, undefined);
  }

  /** Writes an entry whose contents are written; under another name where the remote has other outs for its fingerprint. */
  async writeEntry(entry: RemoteEntry): Promise<void> {
    const { fingerprint, outs } = entry.result;
    const there = await this.#answer(fingerprint, fingerprint);
    const isTaken = there.kind === "known" && !sameOuts(there.entry.result.outs, outs);
    const text = JSON.stringify(entry);
    const signatures: EntrySignature[] = [];
    if (this.options.signer !== undefined) signatures.push(await this.options.signer.sign(text));
    const stored = formatEntry({ text, signatures });
    const name = isTaken ? alternativeName(fingerprint, outs) : fingerprint;
    await this.#try(() => this.#store.writeEntry(name, stored, objectsOf(entry)));
  }

  /** Whether the remote has a content. */
  async has(sha256: string): Promise<boolean> {
    if (this.#present.has(sha256)) return true;
    const has = await this.#try(() => this.#store.has(sha256));
    if (has) this.#present.add(sha256);
    return has;
  }

  /** Has a content written, unless the remote has it; whether it was. Of two that want the same, one waits for the other. */
  async ensure(sha256: string, write: () => Promise<void>): Promise<boolean> {
    const underWay = this.#writing.get(sha256);
    if (underWay !== undefined) {
      await underWay;
      return false;
    }
    const writing = (async () => {
      if (await this.has(sha256)) return false;
      await write();
      return true;
    })();
    this.#writing.set(sha256, writing);
    try {
      return await writing;
    } finally {
      this.#writing.delete(sha256);
    }
  }

  /**
   * Writes a content.
   *
   * @param at is told how many bytes of it are across
   */
  async write(name: ObjectName, body: Body, at: (position: number) => void = () => {}): Promise<void> {
    // A body may be compressed.
    const scale = name.size / Math.max(1, sizeOf(body));
    await this.#try(async (count) => {
      // Of an attempt that failed, the answer alone may have been lost.
      if (count > 0 && await this.#store.has(name.sha256)) return;
      await this.#store.write(name, body, (position) => at(position * scale));
    });
    this.#present.add(name.sha256);
  }

  /**
   * Reads a content that fits into memory; undefined where there is none.
   *
   * @param at is told how many bytes have come
   * @throws {RemoteError} where it does not come as what its name says, however often it is asked for
   */
  async read(
    { sha256, size }: ObjectName,
    at: (position: number) => void = () => {},
  ): Promise<Uint8Array | undefined> {
    return await this.#try(async () => {
      const reading = await this.#store.read(sha256);
      if (reading === undefined) return undefined;
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of this.#arriving(reading)) {
        chunks.push(chunk);
        length += chunk.length;
        at(length);
        if (length > size + SPARE_BYTES) throw damaged(sha256);
      }
      const bytes = new Uint8Array(length);
      let end = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, end);
        end += chunk.length;
      }
      const content = contentOf(bytes, sha256, size);
      if (content === undefined) throw damaged(sha256);
      return content;
    });
  }

  /**
   * Reads a content of any size into the cache; false where there is none. What had come when a connection is lost does not
   * come again; of a large one also what had come when an earlier call, or process, ended.
   *
   * @param at is told how many bytes have come
   * @throws {RemoteError} where it does not come as what its name says, however often it is asked for
   */
  async readInto(
    blobs: Blobs,
    name: ObjectName,
    at: (position: number) => void = () => {},
  ): Promise<boolean> {
    await using arrival = await Arrival.begin(blobs, name);
    // Whoever was to take it over was killed just before.
    if (arrival.length === name.size && await arrival.finish()) return true;
    return await this.#try(async () => {
      const reading = await this.#store.read(name.sha256, arrival.length);
      if (reading === undefined) return false;
      if (reading.offset !== arrival.length) await arrival.restart();
      for await (const chunk of this.#arriving(reading)) {
        await arrival.add(chunk);
        at(arrival.length);
        if (arrival.length <= name.size + SPARE_BYTES) continue;
        await arrival.restart();
        throw damaged(name.sha256);
      }
      if (!await arrival.finish()) throw damaged(name.sha256);
      return true;
    });
  }

  /** All that the store has; undefined where it cannot be listed. */
  async list(): Promise<readonly StoredItem[] | undefined> {
    return await this.#try(async () => this.#store.list && await Array.fromAsync(this.#store.list()));
  }

  /** Whether what the remote has can be removed. */
  get canDelete(): boolean {
    return this.#store.delete !== undefined && !this.options.readOnly;
  }

  /** Removes a content or an entry. */
  async delete(kind: ObjectKind, name: string): Promise<void> {
    this.#present.delete(name);
    await this.#try(async () => await this.#store.delete?.(kind, name));
  }

  /** Removes what writers that were killed before `time` (ms since 1970) have left unfinished. */
  async tidy(time: number): Promise<void> {
    await this.#try(async () => await this.#store.tidy?.(time));
  }

  async #try<T>(action: (count: number) => Promise<T>): Promise<T> {
    return await this.#limit(() =>
      withRetries(this.#patience, async (count) => {
        try {
          return await action(count);
        } catch (error) {
          throw remoteErrorOf(error);
        }
      }, this.options.signal)
    );
  }

  /** What comes, as long as something does. */
  async *#arriving({ chunks }: Reading): AsyncIterable<Uint8Array> {
    const { silence } = this.#patience;
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      while (true) {
        if (this.options.signal?.aborted) throw interrupted();
        const { promise: silent, reject } = Promise.withResolvers<never>();
        const timer = setTimeout(
          () => reject(new RemoteError(`nothing came for ${silence / 1000} s`, { transient: true })),
          silence,
        );
        const next = await Promise.race([iterator.next(), silent]).finally(() => clearTimeout(timer));
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // A connection that is silent may never end; nobody waits for it.
      void iterator.return?.()?.catch(() => {});
    }
  }
}

function damaged(sha256: string): RemoteError {
  return new RemoteError(`what came for ${sha256.slice(0, 12)} is not what its name says`, { transient: true });
}
