import { inflateSync } from "node:zlib";

/** An array of bytes as MATLAB keeps it: the first index runs fastest. */
export interface MatlabArray {
  /** Extents of its axes. */
  readonly shape: readonly number[];
  /** Its values, column by column. */
  readonly data: Uint8Array;
}

/** Types of data elements that are read, and the class numbers of arrays of numbers. */
const types = { int8: 1, uint8: 2, int32: 5, uint32: 6, matrix: 14, compressed: 15 } as const;
const numericClasses = { first: 6, last: 15 } as const;

const headerSize = 128;
/** In the flags of an array: it has an imaginary part. */
const complex = 0x800;

/**
 * Reads the arrays of bytes in a MAT-file of version 5, compressed or not, by their variables' names
 * (https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf, "Level 5 MAT-File Format"). What MATLAB calls the class
 * of an array is its own affair: whole numbers from 0 to 255 are stored as bytes whatever it is.
 *
 * @param name what messages call the file: its path
 * @throws {Error} naming the file: not such a file, cut, or a variable that is no array of bytes
 */
export function decodeMatlab(bytes: Uint8Array, name: string): Readonly<Record<string, MatlabArray>> {
  const broken = (what: string, cause?: unknown) => new Error(`${name}: not a complete MAT-file: ${what}`, { cause });
  if (bytes.length < headerSize) throw broken(`${bytes.length} bytes, expected a header of ${headerSize}`);
  // "MI" written as a number of two bytes tells the order of bytes; "IM" is that of every machine in use.
  const [version, order] = [bytes[125], new TextDecoder().decode(bytes.subarray(126, 128))];
  if (version !== 1 || order !== "IM") {
    throw new Error(
      `${name}: not a MAT-file of version 5 with the least byte first; save it in MATLAB by the option -v7`,
    );
  }
  const arrays: Record<string, MatlabArray> = {};
  for (const element of elementsOf(bytes.subarray(headerSize), broken)) {
    const { type, data } = element.type === types.compressed ? inflated(element.data, broken) : element;
    if (type !== types.matrix) throw broken(`an element of type ${type}, expected an array (${types.matrix})`);
    const { variable, ...array } = arrayOf(data, broken);
    arrays[variable] = array;
  }
  return arrays;
}

type Broken = (what: string, cause?: unknown) => Error;

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The data elements that follow one another, each with a tag of its type and number of bytes. */
function* elementsOf(bytes: Uint8Array, broken: Broken): Generator<Element> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    if (at + 8 > bytes.length) throw broken("it ends within a tag");
    const tag = view.getUint32(at, true);
    // Up to four bytes stand in the tag itself, whose upper half then is their number.
    const isSmall = tag >>> 16 !== 0;
    const [type, size] = isSmall ? [tag & 0xffff, tag >>> 16] : [tag, view.getUint32(at + 4, true)];
    const start = at + (isSmall ? 4 : 8);
    if (start + size > bytes.length || isSmall && size > 4) {
      throw broken(`an element of ${size} bytes, of which ${bytes.length - start} are there`);
    }
    yield { type, data: bytes.subarray(start, start + size) };
    // Elements start at multiples of eight bytes, but those after a compressed one, which follow it at once.
    at = isSmall ? at + 8 : start + (type === types.compressed ? size : Math.ceil(size / 8) * 8);
  }
}

function inflated(data: Uint8Array, broken: Broken): Element {
  let bytes: Uint8Array;
  try {
    bytes = inflateSync(data, { chunkSize: 2 ** 20 });
  } catch (cause) {
    throw broken(`a compressed element: ${(cause as Error).message}`, cause);
  }
  const { value } = elementsOf(bytes, broken).next();
  if (value === undefined) throw broken("a compressed element that is empty");
  return value;
}

function arrayOf(bytes: Uint8Array, broken: Broken): MatlabArray & { readonly variable: string } {
  const [flags, dimensions, name, values] = elementsOf(bytes, broken);
  if (flags?.type !== types.uint32 || dimensions?.type !== types.int32 || name?.type !== types.int8) {
    throw broken("an array without flags, dimensions or name");
  }
  const variable = new TextDecoder().decode(name.data);
  const [first] = integers(flags.data);
  const kind = first! & 0xff;
  const isNumeric = kind >= numericClasses.first && kind <= numericClasses.last && (first! & complex) === 0;
  if (!isNumeric || values?.type !== types.uint8) {
    const what = isNumeric ? `stored as type ${values?.type ?? "none"}` : `of class ${kind}`;
    throw broken(`variable "${variable}" is ${what}, expected whole numbers from 0 to 255 (type ${types.uint8})`);
  }
  const shape = integers(dimensions.data);
  const expected = shape.reduce((product, extent) => product * extent, 1);
  if (values.data.length !== expected) {
    throw broken(`variable "${variable}" of ${shape.join(" x ")} = ${expected} has ${values.data.length} bytes`);
  }
  return { variable, shape, data: values.data };
}

function integers(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, index) => view.getUint32(4 * index, true));
}
