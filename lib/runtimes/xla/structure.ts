import { layOut, type StructureName, structures } from "./layout.ts";

/** An address in this process's memory; 0 is none. */
export type Address = bigint;

/** A field of a structure. */
export type Field<N extends StructureName> = keyof typeof structures[N] & string;

/** A structure in memory as C has it, filled with zeros at first. */
export class Structure<N extends StructureName = StructureName> {
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #offsets: Readonly<Record<string, number>>;
  readonly #kept: unknown[] = [];

  /** Makes one that says its own size. */
  constructor(readonly name: N) {
    const { offsets, size } = layOut(name);
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.#offsets = offsets;
    this.#view.setBigUint64(0, BigInt(size), true);
  }

  /** Writes an address or a size. */
  set(field: Field<N>, value: Address | number): this {
    this.#view.setBigUint64(this.#offsets[field]!, BigInt(value), true);
    return this;
  }

  /** Writes an `int` or an enumeration's value. */
  setInteger(field: Field<N>, value: number): this {
    this.#view.setInt32(this.#offsets[field]!, value, true);
    return this;
  }

  /** Writes the address of memory, which stays for as long as this structure does. */
  point(field: Field<N>, memory: ArrayBufferView<ArrayBuffer>): this {
    this.#kept.push(memory);
    return this.set(field, addressOf(memory));
  }

  /** Writes the address of another structure. */
  pointTo(field: Field<N>, structure: { readonly bytes: Uint8Array<ArrayBuffer> }): this {
    this.#kept.push(structure);
    return this.set(field, addressOf(structure.bytes));
  }

  /** Writes the address and the size of a text or of bytes. */
  pointToBytes(field: Field<N>, sizeField: Field<N>, value: string | Uint8Array<ArrayBuffer>): this {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return this.point(field, bytes).set(sizeField, bytes.length);
  }

  /** Reads an address or a size. */
  get(field: Field<N>): Address {
    return this.#view.getBigUint64(this.#offsets[field]!, true);
  }

  /** Reads the text that an address and a size stand for. */
  text(field: Field<N>, sizeField: Field<N>): string {
    const bytes = new Uint8Array(Number(this.get(sizeField)));
    if (bytes.length > 0) viewAt(this.get(field)).copyInto(bytes);
    return new TextDecoder().decode(bytes);
  }
}

/** Where memory lies. */
export function addressOf(memory: ArrayBufferView<ArrayBuffer>): Address {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
}

/** What lies at an address other than 0. */
export function viewAt(address: Address): Deno.UnsafePointerView {
  return new Deno.UnsafePointerView(Deno.UnsafePointer.create(address)!);
}
