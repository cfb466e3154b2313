/** A field of a protocol buffer message: an integer, or bytes (text, a message, numbers one after the other). */
export interface Field {
  /** Its number in the message's definition. */
  readonly number: number;
  /** What it holds; of a fixed width its 4 or 8 bytes. */
  readonly value: number | Uint8Array;
}

/**
 * The fields of a protocol buffer message, in their order (https://protobuf.dev/programming-guides/encoding/). Integers are
 * taken for natural numbers, and are exact up to 2^53.
 *
 * @throws {Error} where the bytes are no complete message
 */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const [tag, start] = integerAt(bytes, at);
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) {
      const [value, next] = integerAt(bytes, start);
      yield { number, value };
      at = next;
      continue;
    }
    const [size, first] = type === 2 ? integerAt(bytes, start) : [widths.get(type), start];
    if (size === undefined) throw new Error(`a field of unknown kind ${type}`);
    if (first + size > bytes.length) {
      throw new Error(`a field of ${size} bytes, of which ${bytes.length - first} are there`);
    }
    yield { number, value: bytes.subarray(first, first + size) };
    at = first + size;
  }
}

/**
 * Integers that were written together.
 *
 * @throws {Error} where the last is not complete
 */
export function integersOf(bytes: Uint8Array): number[] {
  const integers: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [value, next] = integerAt(bytes, at);
    integers.push(value);
    at = next;
  }
  return integers;
}

/** Bytes of the kinds of field that have a fixed width. */
const widths: ReadonlyMap<number, number> = new Map([[1, 8], [5, 4]]);

/** An integer, seven bits a byte and the lowest first, and where the next byte is. */
function integerAt(bytes: Uint8Array, start: number): [number, number] {
  let value = 0;
  for (let at = start, factor = 1; at < start + 10; at++, factor *= 0x80) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error("it ends within a number");
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, at + 1];
  }
  throw new Error("a number of more than ten bytes");
}
