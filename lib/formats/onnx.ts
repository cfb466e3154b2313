import { type Field, fieldsOf, integersOf } from "./protobuf_fields.ts";
import { elementSize, tensorOver } from "./tensor_bytes.ts";
import type { StoredTensor, StoredType, TensorFile } from "./tensor_file.ts";

/** ONNX's numbers of the element types that are read: `TensorProto.DataType`. */
const typesByNumber: ReadonlyMap<number, StoredType> = new Map([[1, "F32"], [2, "U8"], [6, "I32"], [7, "I64"], [
  11,
  "F64",
]]);

/**
 * Reads the named constants (initializers) of an ONNX model, and the free text that it carries; what it computes is not looked
 * at (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Constants of other types than {@linkcode StoredType} are
 * passed over.
 *
 * @param name what messages call the file: its path
 * @throws {Error} naming the file: not a complete ONNX model, or one whose constants lie elsewhere
 */
export function decodeOnnx(bytes: Uint8Array, name: string): TensorFile {
  try {
    const model = [...fieldsOf(bytes)];
    const graph = messages(model, 7)[0];
    if (graph === undefined) throw new Error("no graph in it");
    const tensors = messages([...fieldsOf(graph)], 5).flatMap(tensorOf);
    const metadata = messages(model, 14).map((entry) => {
      const fields = [...fieldsOf(entry)];
      return [textOf(fields, 1), textOf(fields, 2)];
    });
    return { tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(metadata) };
  } catch (cause) {
    throw new Error(`${name}: not a complete ONNX model: ${(cause as Error).message}`, { cause });
  }
}

function tensorOf(bytes: Uint8Array): [string, StoredTensor][] {
  const fields = [...fieldsOf(bytes)];
  const dtype = typesByNumber.get(Number(fields.find(({ number }) => number === 2)?.value));
  if (dtype === undefined) return [];
  const name = textOf(fields, 8);
  const shape = fields.filter(({ number }) => number === 1).flatMap(({ value }) => {
    // Several extents may be written one by one or together.
    return typeof value === "number" ? [value] : integersOf(value);
  });
  if (fields.some(({ number, value }) => number === 14 && value === 1)) {
    throw new Error(
      `constant "${name}" lies in a file of its own; write the model with all in one (torch: external_data=False)`,
    );
  }
  const data = messages(fields, 9)[0];
  const expected = elementSize[dtype] * shape.reduce((product, extent) => product * extent, 1);
  if (data?.length !== expected) {
    throw new Error(
      `constant "${name}" of shape [${shape.join(", ")}] has ${data?.length ?? "no"} bytes in it, expected ${expected}`,
    );
  }
  return [[name, tensorOver(data, dtype, shape)]];
}

/** The messages and texts that a field of a number holds, as bytes. */
export function messages(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => field.number === number && typeof field.value !== "number" ? [field.value] : []);
}

/** The first text that a field of a number holds; empty where there is none. */
export function textOf(fields: readonly Field[], number: number): string {
  return new TextDecoder().decode(messages(fields, number)[0] ?? new Uint8Array(0));
}
