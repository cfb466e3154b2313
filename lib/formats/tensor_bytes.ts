import type { StoredTensor, StoredType } from "./tensor_file.ts";

/** Bytes of one element of each type. */
export const elementSize: Readonly<Record<StoredType, number>> = { F64: 8, I64: 8, F32: 4, I32: 4, U8: 1 };

/**
 * The tensor whose numbers these bytes are, the least byte first: a view of them where their alignment allows, else a copy.
 *
 * @param bytes as many as the shape needs
 */
export function tensorOver(bytes: Uint8Array, dtype: StoredType, shape: readonly number[]): StoredTensor {
  const width = elementSize[dtype];
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const [buffer, offset, length] = [aligned.buffer, aligned.byteOffset, aligned.length / width];
  switch (dtype) {
    case "F32":
      return { dtype, shape, data: new Float32Array(buffer, offset, length) };
    case "F64":
      return { dtype, shape, data: new Float64Array(buffer, offset, length) };
    case "I32":
      return { dtype, shape, data: new Int32Array(buffer, offset, length) };
    case "I64":
      return { dtype, shape, data: new BigInt64Array(buffer, offset, length) };
    case "U8":
      return { dtype, shape, data: new Uint8Array(buffer, offset, length) };
  }
}
