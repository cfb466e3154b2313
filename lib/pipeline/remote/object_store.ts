/** Contents by their sha256 (`cas`), or entries by the fingerprint of what they tell (`ac`). */
export type ObjectKind = "cas" | "ac";

/** What is to be stored. */
export type Body =
  /** In memory. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** In a file that nobody changes. `checked` rejects where it is not what its name says: nothing may be visible before. */
  | { readonly kind: "file"; readonly path: string; readonly size: number; readonly checked?: Promise<void> };

/** The name of a content, and its bytes before any compression. */
export interface ObjectName {
  /** Hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A content or an entry, as a listing has it. */
export interface StoredItem {
  /** Which of the two. */
  readonly kind: ObjectKind;
  /** Hex. */
  readonly name: string;
  /** Bytes as stored. */
  readonly size: number;
  /** When it was written, in ms since 1970. */
  readonly modified: number;
}

/**
 * A place that keeps contents and entries by name. What is written is visible once it is whole, never before. Nothing that
 * is read is trusted: who reads compares it with its name.
 *
 * Every method throws a `RemoteError`.
 */
export interface ObjectStore {
  /** Whether contents may be stored compressed: a body that is a zstd frame whose content has the name. */
  readonly compresses: boolean;
  /** Whether the store has a content. */
  has(sha256: string): Promise<boolean>;
  /**
   * Reads a content as stored; undefined where there is none.
   *
   * @param offset bytes to be left out, of an attempt before; the store may give all nevertheless, and says which
   */
  read(sha256: string, offset?: number): Promise<Reading | undefined>;
  /**
   * Writes a content.
   *
   * @param at is told how many bytes of the body are across, where that can be known on the way
   */
  write(name: ObjectName, body: Body, at?: (position: number) => void): Promise<void>;
  /** Reads an entry; undefined where there is none. */
  readEntry(name: string): Promise<string | undefined>;
  /** Writes an entry, whose contents are written. */
  writeEntry(name: string, text: string, contents: readonly ObjectName[]): Promise<void>;
  /** All that there is; absent where the store cannot be listed. */
  list?(): AsyncIterable<StoredItem>;
  /** Removes a content or an entry; nothing happens where there is none. Absent where nothing can be removed. */
  delete?(kind: ObjectKind, name: string): Promise<void>;
  /** Removes what writers that were killed before `time` (ms since 1970) have left unfinished. Absent where there is nothing. */
  tidy?(time: number): Promise<void>;
}

/** How a server is talked to. */
export interface Connection {
  /** Milliseconds after which one that does not answer counts as lost. */
  readonly silence: number;
  /** Ends what is under way, and lets nothing more begin. */
  readonly signal?: AbortSignal;
}

/** A content that is being read. */
export interface Reading {
  /** Where the chunks begin. */
  readonly offset: number;
  /** What comes; iterating throws where the connection is lost. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The bytes of a body. */
export function sizeOf(body: Body): number {
  return body.kind === "bytes" ? body.bytes.length : body.size;
}
