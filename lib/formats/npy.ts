import { elementSize, tensorOver } from "./tensor_bytes.ts";
import type { StoredTensor, StoredType } from "./tensor_file.ts";

/** NumPy's names of the element types. */
const typesByName: Readonly<Record<string, StoredType>> = {
  "|u1": "U8",
  "<i4": "I32",
  "<i8": "I64",
  "<f4": "F32",
  "<f8": "F64",
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads an array that `numpy.save` wrote (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), row by row.
 *
 * @param name what messages call the file: its path
 * @throws {Error} naming the file: not such a file, cut, of another element type, or stored column by column
 */
export function decodeNpy(bytes: Uint8Array, name: string): StoredTensor {
  const broken = (what: string) => new Error(`${name}: not a complete npy file: ${what}`);
  if (bytes.length < 12 || magic.some((byte, index) => bytes[index] !== byte)) {
    throw broken("it does not start with \\x93NUMPY, a version and the length of a header");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirstVersion = bytes[6] === 1;
  const headerStart = isFirstVersion ? 10 : 12;
  const dataStart = headerStart + (isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataStart > bytes.length) throw broken(`a header of ${dataStart} bytes, of which ${bytes.length} are there`);
  const header = new TextDecoder().decode(bytes.subarray(headerStart, dataStart));
  // A Python dictionary of three keys, of which NumPy always writes these forms.
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const columnByColumn = /'fortran_order': (True|False)/.exec(header)?.[1];
  const extents = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  if (type === undefined || columnByColumn === undefined || extents === undefined) {
    throw broken(`no type, order and shape in its header ${header.trim()}`);
  }
  const shape = extents.split(",").filter((extent) => extent.trim() !== "").map(Number);
  const dtype = Object.hasOwn(typesByName, type) ? typesByName[type]! : undefined;
  if (dtype === undefined) {
    throw new Error(
      `${name}: an array of type ${type}, expected one of ${Object.keys(typesByName).join(", ")}; ` +
        `convert it by .astype() before saving`,
    );
  }
  if (columnByColumn === "True" && shape.length > 1) {
    throw new Error(`${name}: stored column by column; convert it by numpy.ascontiguousarray() before saving`);
  }
  const expected = elementSize[dtype] * shape.reduce((product, extent) => product * extent, 1);
  const data = bytes.subarray(dataStart);
  if (data.length !== expected) {
    throw broken(`${data.length} bytes of data, expected ${expected} for ${type} of shape [${shape.join(", ")}]`);
  }
  return tensorOver(data, dtype, shape);
}
