import type { Deviation } from "./difference.ts";

/** Bytes that are shown from the first difference on. */
const SHOWN = 24;

/** The first place where two contents differ; none where they are equal. */
export function byteDeviations(here: Uint8Array, again: Uint8Array): Deviation[] {
  const length = Math.min(here.length, again.length);
  let at = 0;
  while (at < length && here[at] === again[at]) at++;
  if (at === here.length && at === again.length) return [];
  return [{ place: `from byte ${at} on`, here: shown(here, at), again: shown(again, at) }];
}

/** A stretch of text as a person reads it; of what is no text, the number of bytes. */
function shown(bytes: Uint8Array, from: number): string {
  if (from === bytes.length) return `the end (${bytes.length} bytes)`;
  const stretch = bytes.subarray(from, from + SHOWN);
  const isText = stretch.every((byte) => byte === 10 || (byte >= 32 && byte < 127));
  return isText ? JSON.stringify(new TextDecoder().decode(stretch)) : `other bytes (of ${bytes.length})`;
}
