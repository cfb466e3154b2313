import type { ObjectName } from "./object_store.ts";

/*
 * Servers of Bazel's cache protocol may check that an entry is an `ActionResult` (Remote Execution API v2,
 * remote_execution.proto) whose contents they have, and keep these as long as the entry is asked for. So an entry travels as
 * one: its text is the `stdout_raw`, its contents are the `output_files`. Numbers are those of the fields.
 */
const OUTPUT_FILES = 2;
const STDOUT_RAW = 5;
const FILE = { path: 1, digest: 2 } as const;
const DIGEST = { hash: 1, size: 2 } as const;

/** Wire types of protocol buffers. */
const VARINT = 0;
const BYTES = 2;

/** A text and the contents that belong to it, as an `ActionResult`. */
export function writeActionResult(text: string, contents: readonly ObjectName[]): Uint8Array<ArrayBuffer> {
  const files = contents.map(({ sha256, size }) => {
    const digest = joined([field(DIGEST.hash, encoded(sha256)), ...size === 0 ? [] : [number(DIGEST.size, size)]]);
    return field(OUTPUT_FILES, joined([field(FILE.path, encoded(sha256)), field(FILE.digest, digest)]));
  });
  return joined([...files, field(STDOUT_RAW, encoded(text))]);
}

/** The text of an `ActionResult`; undefined where the bytes are none, or have none. */
export function readActionResult(bytes: Uint8Array): string | undefined {
  let text: string | undefined;
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length && scale < 2 ** 50; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    at = Infinity;
    return 0;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag % 8 === VARINT) {
      varint();
      continue;
    }
    const length = varint();
    if (tag % 8 !== BYTES || at + length > bytes.length) return undefined;
    if (Math.floor(tag / 8) === STDOUT_RAW) text = new TextDecoder().decode(bytes.subarray(at, at + length));
    at += length;
  }
  return at === bytes.length ? text : undefined;
}

function field(id: number, bytes: Uint8Array): Uint8Array {
  return joined([varint(id * 8 + BYTES), varint(bytes.length), bytes]);
}

function number(id: number, value: number): Uint8Array {
  return joined([varint(id * 8 + VARINT), varint(value)]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  return new Uint8Array([...bytes, rest]);
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
