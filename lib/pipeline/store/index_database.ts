import { existsSync, rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Grows when the tables change; an index of another version is thrown away. */
const VERSION = 1;
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
  readonly #findText: StatementSync;
  readonly #putText: StatementSync;
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
