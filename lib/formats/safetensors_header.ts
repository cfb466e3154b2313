import { elementSize } from "./tensor_bytes.ts";
import type { StoredTensor, StoredType, TensorFile } from "./tensor_file.ts";

/** Where a tensor lies in the data section, and how to read it. */
export interface Entry {
  /** The tensor's name. */
  readonly name: string;
  /** The type of its elements. */
  readonly dtype: StoredType;
  /** Its shape, row by row. */
  readonly shape: readonly number[];
  /** First byte, counted from the start of the data section. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

/** A file's header, ready to be written, and the tensors in the order in which they follow it. */
export interface Layout {
  /** The length prefix, the JSON and its padding. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Each tensor with its first byte in the data section, by position. */
  readonly entries: readonly { readonly tensor: StoredTensor; readonly begin: number }[];
  /** Bytes of the data section. */
  readonly size: number;
}

/** The limit that the reference implementation sets for a header. */
const maximumHeaderBytes = 100_000_000;

/**
 * Gives every tensor its place.
 *
 * @throws {Error} where a tensor's shape and number of elements differ
 */
export function layOut(file: TensorFile): Layout {
  const names = Object.keys(file.tensors).sort((a, b) => {
    const wide = elementSize[file.tensors[b]!.dtype] - elementSize[file.tensors[a]!.dtype];
    return wide !== 0 ? wide : a < b ? -1 : 1;
  });
  const json: Record<string, unknown> = {};
  const metadata = Object.entries(file.metadata).sort(([a], [b]) => a < b ? -1 : 1);
  if (metadata.length > 0) json.__metadata__ = Object.fromEntries(metadata);
  let size = 0;
  const entries = names.map((name) => {
    const tensor = file.tensors[name]!;
    if (elementCount(tensor.shape) !== tensor.data.length) {
      throw new Error(
        `Tensor "${name}" of shape [${tensor.shape.join(", ")}] cannot hold ${tensor.data.length} elements`,
      );
    }
    const begin = size;
    size += tensor.data.byteLength;
    json[name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, size] };
    return { tensor, begin };
  });
  const text = new TextEncoder().encode(JSON.stringify(json));
  const padded = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(text, 8);
  return { header, entries, size };
}

/**
 * Reads and checks a header: every tensor's bytes lie in the file, fit its shape, and together fill the data section without
 * gap or overlap.
 *
 * @throws {Error} naming the file and what is wrong
 */
export function parseHeader(
  bytes: Uint8Array,
  name: string,
): { entries: readonly Entry[]; metadata: Record<string, string>; dataStart: number } {
  const broken = (what: string) => new Error(`${name}: not a complete safetensors file: ${what}`);
  if (bytes.length < 8) throw broken(`${bytes.length} bytes, expected a header length of 8 bytes at least`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > maximumHeaderBytes || length > bytes.length - 8) {
    throw broken(`the header is said to be ${length} bytes long, the file has ${bytes.length - 8} after the length`);
  }
  const json = headerJson(bytes.subarray(8, 8 + length));
  if (json === undefined) throw broken("the header is not a JSON object");

  const { __metadata__: metadata = {}, ...tensors } = json;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    throw broken("__metadata__ is not a map from text to text");
  }
  const entries = Object.entries(tensors).map(([tensor, value]) => entryOf(tensor, value, broken));
  const dataBytes = bytes.length - 8 - length;
  let position = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.end > dataBytes) {
      throw broken(`tensor "${entry.name}" ends at byte ${entry.end} of the data, which has ${dataBytes}`);
    }
    if (entry.begin !== position) {
      throw broken(`tensor "${entry.name}" starts at byte ${entry.begin} of the data, expected ${position}`);
    }
    position = entry.end;
  }
  if (position !== dataBytes) throw broken(`the tensors fill ${position} bytes of the data, which has ${dataBytes}`);
  return { entries, metadata: metadata as Record<string, string>, dataStart: 8 + length };
}

function entryOf(name: string, value: unknown, broken: (what: string) => Error): Entry {
  if (!isRecord(value)) throw broken(`the entry of tensor "${name}" is not a map`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(elementSize, dtype)) {
    throw broken(
      `tensor "${name}" is of type ${String(dtype)}, expected one of ${Object.keys(elementSize).join(", ")}`,
    );
  }
  if (!isCounts(shape)) throw broken(`tensor "${name}" has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw broken(`tensor "${name}" has no valid data_offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = elementCount(shape) * elementSize[dtype as StoredType];
  if (end - begin !== expected) {
    throw broken(
      `tensor "${name}" of shape [${shape.join(", ")}] and type ${dtype} needs ${expected} bytes, found ${end - begin}`,
    );
  }
  return { name, dtype: dtype as StoredType, shape, begin, end };
}

function headerJson(text: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
