import { sha256 } from "./hash.ts";

/** A file inside a folder. */
export interface ManifestEntry {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * The canonical text of a folder's files: compact JSON of `[{"path","sha256","size"}]`, sorted by path in UTF-16 order.
 * Its sha256 is the folder's digest, so the manifest is a blob of that name. Empty folders leave no trace.
 */
export function manifestText(entries: readonly ManifestEntry[]): string {
  const isSorted = entries.every(({ path }, at) => at === 0 || entries[at - 1]!.path <= path);
  const sorted = isSorted
    ? entries
    : entries.toSorted((one, other) => one.path < other.path ? -1 : one.path > other.path ? 1 : 0);
  // In half the time of one call for all.
  return `[${
    sorted.map(({ path, sha256, size }) => `{"path":${JSON.stringify(path)},"sha256":"${sha256}","size":${size}}`)
      .join(",")
  }]`;
}

/** A folder's digest: the sha256 of its manifest, hex. */
export function manifestDigest(entries: readonly ManifestEntry[]): string {
  return sha256(manifestText(entries));
}

/** Reads a manifest back; undefined where the text is none, or names a file outside the folder. */
export function parseManifest(text: string): readonly ManifestEntry[] | undefined {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined;
}

function isEntry(entry: unknown): entry is ManifestEntry {
  if (typeof entry !== "object" || entry === null) return false;
  const { path, sha256, size } = entry as Partial<ManifestEntry>;
  return typeof path === "string" && path.split("/").every((part) => part !== "" && part !== "." && part !== "..") &&
    typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && typeof size === "number";
}
