import { deflateSync } from "node:zlib";

/** An array in a MAT-file, of class uint8 unless another is named. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[] | Uint8Array;
  /** MATLAB's class number. */
  readonly kind?: number;
  /** Type number of the stored values, which the test gives as bytes whatever it is. */
  readonly type?: number;
}

/** The bytes of a MAT-file of version 5, the least byte first. */
export function matlabFile(variables: readonly Variable[], { compressed = true } = {}): Uint8Array {
  const header = new Uint8Array(128).fill(0x20);
  header.set([0, 1, 0x49, 0x4d], 124);
  const arrays = variables.map(({ name, shape, data, kind = 9, type = 2 }) =>
    element(
      14,
      joined([
        element(6, words([kind, 0])),
        element(5, words(shape)),
        smallElement(1, new TextEncoder().encode(name)),
        element(type, Uint8Array.from(data)),
      ]),
    )
  );
  return joined([header, ...arrays.map((array) => compressed ? element(15, deflateSync(array), 1) : array)]);
}

function element(type: number, data: Uint8Array, alignment = 8): Uint8Array {
  const bytes = new Uint8Array(8 + Math.ceil(data.length / alignment) * alignment);
  bytes.set(words([type, data.length]));
  bytes.set(data, 8);
  return bytes;
}

/** At most four bytes, within the tag. */
function smallElement(type: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes.set([type, 0, data.length, 0]);
  bytes.set(data, 4);
  return bytes;
}

function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(4 * index, value, true));
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
