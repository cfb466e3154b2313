/**
 * A protocol buffer message under construction. Parts are kept as they were given and joined once, so a message within
 * messages, or a large constant, is copied a single time.
 *
 * The encoding: https://protobuf.dev/programming-guides/encoding/
 */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** Adds an integer field; a negative one takes ten bytes, as the encoding says. */
  integer(field: number, value: number): this {
    return this.#append(varint(field << 3)).#append(varint(value));
  }

  /** Adds a 32-bit floating-point field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#append(varint(field << 3 | 5)).#append(bytes);
  }

  /** Adds a text field. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Adds a field of bytes, which must not change until {@linkcode Message.finish}. */
  bytes(field: number, value: Uint8Array): this {
    return this.#append(varint(field << 3 | 2)).#append(varint(value.length)).#append(value);
  }

  /** Adds a message as a field; what is added to it later is not seen. */
  message(field: number, value: Message): this {
    this.#append(varint(field << 3 | 2)).#append(varint(value.#size));
    for (const part of value.#parts) this.#append(part);
    return this;
  }

  /** The message's bytes. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #append(part: Uint8Array): this {
    this.#parts.push(part);
    this.#size += part.length;
    return this;
  }
}

/** Seven bits a byte, the lowest first; a negative number is written as its 64-bit complement. */
function varint(value: number): Uint8Array {
  if (value >= 0 && value < 0x80) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.of(...bytes, Number(rest));
}
