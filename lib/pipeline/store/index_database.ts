import { existsSync, rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Grows when the tables change; an index of another version is thrown away. */
const VERSION = 1;
/** Digests waiting to be written in one transaction. */
const MOST_PENDING = 1000;

/** A file's digest, and the state of the file in which it was taken. */
export interface IndexedDigest {
  /** See `signatureOf` in `stat_signature.ts`. */
  readonly signature: string;
  /** Hex. */
  readonly sha256: string;
}

/**
 * What is remembered between runs so as not to be worked out again: digests of files, and results of the planner's
 * other work by key. It may be deleted at any time; a damaged one is replaced.
 */
export class IndexDatabase implements Disposable {
  readonly #database: DatabaseSync;
  readonly #findDigest: StatementSync;
  readonly #putDigest: StatementSync;
  readonly #findText: StatementSync;
  readonly #putText: StatementSync;
  readonly #pending = new Map<string, IndexedDigest>();

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#findDigest = database.prepare("SELECT signature, sha256 FROM digest WHERE path = ?");
    this.#putDigest = database.prepare("INSERT OR REPLACE INTO digest VALUES (?, ?, ?)");
    this.#findText = database.prepare("SELECT text FROM note WHERE kind = ? AND key = ?");
    this.#putText = database.prepare("INSERT OR REPLACE INTO note VALUES (?, ?, ?)");
  }

  /** Opens the index, or starts a new one where there is none that can be read. */
  static open(path: string): IndexDatabase {
    try {
      return new IndexDatabase(connect(path));
    } catch {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
      return new IndexDatabase(connect(path));
    }
  }

  /** The digest remembered for an absolute path. */
  digest(path: string): IndexedDigest | undefined {
    const pending = this.#pending.get(path);
    if (pending !== undefined) return pending;
    const row = this.#findDigest.get(path);
    return row === undefined ? undefined : { signature: String(row["signature"]), sha256: String(row["sha256"]) };
  }

  /** Remembers a digest; written by the next `flush`. */
  rememberDigest(path: string, digest: IndexedDigest): void {
    this.#pending.set(path, digest);
    if (this.#pending.size >= MOST_PENDING) this.flush();
  }

  /** What was remembered under a key; keys of different kinds do not meet. */
  get(kind: string, key: string): string | undefined {
    const row = this.#findText.get(kind, key);
    return row === undefined ? undefined : String(row["text"]);
  }

  /** Remembers a text under a key, at once. */
  set(kind: string, key: string, text: string): void {
    this.#putText.run(kind, key, text);
  }

  /** Writes the digests remembered since the last time. */
  flush(): void {
    if (this.#pending.size === 0) return;
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      for (const [path, { signature, sha256 }] of this.#pending) this.#putDigest.run(path, signature, sha256);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
    this.#pending.clear();
  }

  /** Writes what is pending and closes the file. */
  [Symbol.dispose](): void {
    this.flush();
    this.#database.close();
  }
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
        DROP TABLE IF EXISTS note;
        CREATE TABLE digest (path TEXT PRIMARY KEY, signature TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
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
