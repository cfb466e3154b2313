import { Buffer } from "node:buffer";
import { existsSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

import { FolderRecord } from "./folder_record.ts";

/** Grows when the tables change; an index of another version is thrown away. */
const VERSION = 2;
/** Digests waiting to be written in one transaction. */
const MOST_PENDING = 1000;

/** A file's digest, and the state of the file in which it was taken. */
export interface IndexedDigest {
  /** See `FileState`. */
  readonly signature: string;
  /** Hex. */
  readonly sha256: string;
}

/** What is remembered of a folder's files: quick for who asks in the order of paths. */
export class IndexedFolder {
  /** Of each file its relative path, its signature and its digest. */
  readonly #parts: readonly string[];
  #next = 0;
  #places: ReadonlyMap<string, number> | undefined;

  /** Takes path, signature and digest of each file, one behind the other. */
  constructor(parts: readonly string[]) {
    this.#parts = parts;
  }

  /** Whether nothing is. */
  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** The digest of a file, by its path relative to the folder; undefined where none is known of it in this state. */
  sha256(path: string, signature: string): string | undefined {
    const parts = this.#parts;
    if (parts[this.#next] !== path) {
      this.#places ??= new Map(Array.from({ length: parts.length / 3 }, (_, file) => [parts[3 * file]!, 3 * file]));
      const place = this.#places.get(path);
      if (place === undefined) return undefined;
      this.#next = place;
    }
    const at = this.#next;
    this.#next += 3;
    return parts[at + 1] === signature ? parts[at + 2] : undefined;
  }
}

/** The digest of a file by its relative path, where it is known of it in the state at a position, see `putState`. */
export type KnownDigest = (name: string, states: Float64Array, position: number) => Uint8Array | undefined;

/**
 * What is remembered between runs so as not to be worked out again: digests of files, and results of the planner's
 * other work by key. It may be deleted at any time; a damaged one is replaced.
 */
export class IndexDatabase implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #findDigest: StatementSync;
  readonly #findDigests: StatementSync;
  readonly #putDigest: StatementSync;
  readonly #findFolder: StatementSync;
  readonly #findPaths: StatementSync;
  readonly #findInside: StatementSync;
  readonly #putFolder: StatementSync;
  readonly #findText: StatementSync;
  readonly #putText: StatementSync;
  /** The folders that are remembered, as far as they were asked for with what is. */
  readonly #folders = new Map<string, FolderRecord | undefined>();
  /** Those that are remembered, where they were asked for. */
  #knownPaths: Set<string> | undefined;
  readonly #pending = new Map<string, IndexedDigest>();
  #isDamaged = false;

  private constructor(path: string) {
    this.#path = path;
    this.#database = connect(path);
    this.#findDigest = this.#database.prepare("SELECT signature, sha256 FROM digest WHERE path = ?");
    // One text for all is read in half the time of a row for each. No path has two slashes in a row.
    this.#findDigests = this.#database.prepare(`
      SELECT group_concat(substr(path, length(:from) + 1) || '//' || signature || '//' || sha256, '//') AS text
      FROM (SELECT * FROM digest WHERE path >= :from AND path < :to ORDER BY path)`);
    this.#putDigest = this.#database.prepare("INSERT OR REPLACE INTO digest VALUES (?, ?, ?)");
    this.#findFolder = this.#database.prepare("SELECT sha256, names, states, digests FROM folder WHERE path = ?");
    this.#findPaths = this.#database.prepare("SELECT path FROM folder");
    this.#findInside = this.#database.prepare("SELECT path FROM folder WHERE path >= :from AND path < :to");
    this.#putFolder = this.#database.prepare("INSERT OR REPLACE INTO folder VALUES (?, ?, ?, ?, ?)");
    this.#findText = this.#database.prepare("SELECT text FROM note WHERE kind = ? AND key = ?");
    this.#putText = this.#database.prepare("INSERT OR REPLACE INTO note VALUES (?, ?, ?)");
  }

  /**
   * Opens the index, or starts a new one where there is none that can be read. On a full disk it lasts as long as this
   * process.
   */
  static open(path: string): IndexDatabase {
    try {
      return new IndexDatabase(path);
    } catch {
      removeDatabase(path);
    }
    try {
      return new IndexDatabase(path);
    } catch {
      return new IndexDatabase(":memory:");
    }
  }

  /** The digest remembered for an absolute path. */
  digest(path: string): IndexedDigest | undefined {
    const pending = this.#pending.get(path);
    if (pending !== undefined) return pending;
    const row = this.#attempt(() => this.#findDigest.get(path));
    return row === undefined ? undefined : { signature: String(row["signature"]), sha256: String(row["sha256"]) };
  }

  /** The digest of a file at an absolute path in a state, remembered for itself or as part of a folder. */
  digestOf(path: string, signature: string): string | undefined {
    const known = this.digest(path);
    return known?.signature === signature ? known.sha256 : undefined;
  }

  /** What is remembered of a folder at an absolute path. */
  folder(path: string): FolderRecord | undefined {
    if (!this.#folders.has(path)) this.#folders.set(path, this.#attempt(() => recordOf(this.#findFolder.get(path))));
    return this.#folders.get(path);
  }

  /** Remembers a folder, at once. */
  rememberFolder(path: string, record: FolderRecord): void {
    const { sha256, names, states, digests } = record;
    this.#folders.set(path, record);
    this.#paths().add(path);
    this.#attempt(() => this.#putFolder.run(path, sha256 ?? "", names, bytesOf(states), bytesOf(digests)));
  }

  /** What tells digests of files inside an absolute folder: what is remembered of it and of folders around it. */
  recordsAround(folder: string): readonly KnownDigest[] {
    const found: KnownDigest[] = [];
    for (let path = folder, before = "";; path = dirname(path)) {
      if (this.#paths().has(path)) {
        const prefix = before;
        found.push((name, states, position) => this.folder(path)?.digestOf(prefix + name, states, position));
      }
      if (path === dirname(path)) return found;
      before = `${basename(path)}/${before}`;
    }
  }

  /** The same of folders inside it. */
  recordsInside(folder: string): readonly KnownDigest[] {
    // "0" comes right behind "/".
    const rows = this.#attempt(() => this.#findInside.all({ from: `${folder}/`, to: `${folder}0` })) ?? [];
    return rows.map((row) => String(row["path"])).map((path) => {
      const prefix = `${path.slice(folder.length + 1)}/`;
      return (name, states, position) =>
        name.startsWith(prefix) ? this.folder(path)?.digestOf(name.slice(prefix.length), states, position) : undefined;
    });
  }

  #paths(): Set<string> {
    return this.#knownPaths ??= new Set(this.#attempt(() => this.#findPaths.all())?.map((row) => String(row["path"])));
  }

  /** What is remembered of the files inside an absolute folder. */
  inside(folder: string): IndexedFolder {
    this.flush();
    // "0" comes right behind "/".
    const row = this.#attempt(() => this.#findDigests.get({ from: `${folder}/`, to: `${folder}0` }));
    const text = row?.["text"];
    return new IndexedFolder(typeof text === "string" ? text.split("//") : []);
  }

  /** Remembers a digest; written by the next `flush`. */
  rememberDigest(path: string, digest: IndexedDigest): void {
    this.#pending.set(path, digest);
    if (this.#pending.size >= MOST_PENDING) this.flush();
  }

  /** What was remembered under a key; keys of different kinds do not meet. */
  get(kind: string, key: string): string | undefined {
    const row = this.#attempt(() => this.#findText.get(kind, key));
    return row === undefined ? undefined : String(row["text"]);
  }

  /** Remembers a text under a key, at once. */
  set(kind: string, key: string, text: string): void {
    this.#attempt(() => this.#putText.run(kind, key, text));
  }

  /** Writes the digests remembered since the last time. */
  flush(): void {
    if (this.#pending.size === 0) return;
    this.#attempt(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        for (const [path, { signature, sha256 }] of this.#pending) this.#putDigest.run(path, signature, sha256);
      } finally {
        this.#database.exec("COMMIT");
      }
    });
    this.#pending.clear();
  }

  /** Writes what is pending and closes the file. */
  [Symbol.dispose](): void {
    this.flush();
    this.#database.close();
    if (this.#isDamaged) removeDatabase(this.#path);
  }

  /** What cannot be remembered or recalled is worked out again: a damaged file or a full disk fails no run. */
  #attempt<T>(action: () => T): T | undefined {
    if (this.#isDamaged) return undefined;
    try {
      return action();
    } catch (error) {
      this.#isDamaged = DAMAGES.has((error as { errcode?: number }).errcode ?? 0);
      return undefined;
    }
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB; a full disk or a busy file passes. */
const DAMAGES: ReadonlySet<number> = new Set([11, 26]);

function recordOf(row: Record<string, unknown> | undefined): FolderRecord | undefined {
  if (row === undefined) return undefined;
  const { sha256, names, states, digests } = row;
  if (!(states instanceof Uint8Array) || !(digests instanceof Uint8Array) || states.length % 8 !== 0) return undefined;
  const numbers = new Float64Array(states.slice().buffer);
  const record = new FolderRecord(String(sha256) || undefined, String(names), numbers, digests);
  return record.isWhole ? record : undefined;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

function connect(path: string): DatabaseSync {
  const isNew = !existsSync(path);
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 10000; PRAGMA synchronous = NORMAL");
    // Set once: it is kept in the file, and setting it needs the file to oneself.
    if (isNew) database.exec("PRAGMA journal_mode = WAL");
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version !== VERSION) {
      database.exec(`
        BEGIN IMMEDIATE;
        DROP TABLE IF EXISTS digest;
        DROP TABLE IF EXISTS folder;
        DROP TABLE IF EXISTS note;
        CREATE TABLE digest (path TEXT PRIMARY KEY, signature TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE folder (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, names TEXT NOT NULL, states BLOB NOT NULL,
          digests BLOB NOT NULL);
        CREATE TABLE note (kind TEXT, key TEXT, text TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
        PRAGMA user_version = ${VERSION};
        COMMIT`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
