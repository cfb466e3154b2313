import { z } from "zod";
import { sha256 } from "../store/hash.ts";
import type { OutRecord } from "../store/out_record.ts";
import { resultSchema, type StoredResult } from "../store/results.ts";
import type { ObjectName } from "./object_store.ts";

/** What a remote knows of a fingerprint: what a stage left, and in which objects that is kept. */
export interface RemoteEntry {
  /** Grows when the shape changes. */
  readonly schema: 1;
  /** What the stage left. */
  readonly result: StoredResult;
  /** Contents that are kept by themselves: manifests of folders, and what is large. */
  readonly contents: readonly ObjectName[];
  /** Packs of small contents, sorted by `first`. */
  readonly packs: readonly PackName[];
}

/** The name of a pack. */
export interface PackName extends ObjectName {
  /** The least digest of its contents: it holds those from there up to the next pack's. */
  readonly first: string;
}

/** A signature of an entry's text. */
export interface EntrySignature {
  /** The public key, base64. */
  readonly key: string;
  /** Ed25519, base64. */
  readonly signature: string;
}

/** An entry as it travels: who signs, signs the text. */
export interface SealedEntry {
  /** The entry, as JSON. */
  readonly text: string;
  /** By whom it is vouched for. */
  readonly signatures: readonly EntrySignature[];
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const objectName = { sha256: digest, size: z.int().min(0) };

const entrySchema: z.ZodType<RemoteEntry> = z.strictObject({
  schema: z.literal(1),
  result: resultSchema,
  contents: z.array(z.strictObject(objectName)),
  packs: z.array(z.strictObject({ ...objectName, first: digest })),
});

const sealedSchema = z.strictObject({
  sha256: digest,
  entry: z.string(),
  signatures: z.array(z.strictObject({ key: z.string(), signature: z.string() })),
});

/** The name under which an entry stands whose outs are not those that the remote has for its fingerprint. */
export function alternativeName(fingerprint: string, outs: readonly OutRecord[]): string {
  return sha256(JSON.stringify([fingerprint, ...outs.map(({ path, sha256 }) => [path, sha256])]));
}

/** Whether two results are the same contents at the same places. */
export function sameOuts(one: readonly OutRecord[], other: readonly OutRecord[]): boolean {
  const key = (outs: readonly OutRecord[]): string =>
    outs.map(({ path, sha256 }) => `${sha256} ${path}`).toSorted().join("\n");
  return key(one) === key(other);
}

/** All objects that an entry needs. */
export function objectsOf({ contents, packs }: RemoteEntry): readonly ObjectName[] {
  return [...contents, ...packs.map(({ sha256, size }) => ({ sha256, size }))];
}

/** The text that is stored. */
export function formatEntry({ text, signatures }: SealedEntry): string {
  return JSON.stringify({ sha256: sha256(text), entry: text, signatures });
}

/** Reads a stored text back; undefined where it is none, or damaged. */
export function unsealed(stored: string): SealedEntry | undefined {
  const sealed = sealedSchema.safeParse(jsonOf(stored));
  if (!sealed.success || sha256(sealed.data.entry) !== sealed.data.sha256) return undefined;
  return { text: sealed.data.entry, signatures: sealed.data.signatures };
}

/** Reads the text of an entry; undefined where it is none. */
export function parseEntry(text: string): RemoteEntry | undefined {
  const entry = entrySchema.safeParse(jsonOf(text));
  return entry.success ? entry.data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
