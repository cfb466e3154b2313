import { sha256 } from "../store/hash.ts";
import type { ObjectName } from "./object_store.ts";

/** Contents from this size on are stored by themselves. */
export const PACKED_BYTES = 256 << 10;
/** A pack ends where it has reached this size. */
const FULL_BYTES = 4 << 20;
/** A pack ends behind a digest that ends so, one in 256: where packs end depends on what is in them, not on their order. */
const END = "00";

/**
 * Splits small contents into packs, so that 10,000 files are some dozens of requests. They are sorted by digest and split
 * where a digest says so: of a folder in which one file changed, the other packs are those that the remote has already.
 */
export function packed(contents: readonly ObjectName[]): readonly (readonly ObjectName[])[] {
  const packs: ObjectName[][] = [];
  let pack: ObjectName[] = [];
  let size = 0;
  for (const content of contents.toSorted((one, other) => one.sha256 < other.sha256 ? -1 : 1)) {
    pack.push(content);
    size += content.size;
    if (size < FULL_BYTES && !content.sha256.endsWith(END)) continue;
    packs.push(pack);
    pack = [];
    size = 0;
  }
  return pack.length > 0 ? [...packs, pack] : packs;
}

/** A pack: a line of JSON with the digest and the size of each content, then the contents in that order. */
export function writePack(contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const names = contents.map((content) => [sha256(content), content.length]);
  const head = new TextEncoder().encode(`${JSON.stringify({ pack: 1, contents: names })}\n`);
  const bytes = new Uint8Array(contents.reduce((sum, { length }) => sum + length, head.length));
  bytes.set(head);
  let at = head.length;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/** The contents of a pack by digest, those left out that are not what they are said to be; undefined where it is no pack. */
export function readPack(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const end = bytes.indexOf(10);
  const names = namesOf(new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0))));
  if (names === undefined) return undefined;
  const contents = new Map<string, Uint8Array>();
  let at = end + 1;
  for (const [digest, size] of names) {
    const content = bytes.subarray(at, at + size);
    at += size;
    if (sha256(content) === digest) contents.set(digest, content);
  }
  return contents;
}

function namesOf(head: string): readonly (readonly [string, number])[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(head);
  } catch {
    return undefined;
  }
  const { pack, contents } = (json ?? {}) as { pack?: unknown; contents?: unknown };
  if (pack !== 1 || !Array.isArray(contents)) return undefined;
  const isName = (name: unknown): name is [string, number] =>
    Array.isArray(name) && typeof name[0] === "string" && Number.isSafeInteger(name[1]) && name[1] >= 0;
  return contents.every(isName) ? contents : undefined;
}
