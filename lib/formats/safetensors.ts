import { createHash } from "node:crypto";
import { layOut, parseHeader } from "./safetensors_header.ts";
import { tensorOver } from "./tensor_bytes.ts";
import type { StoredTensor, StoredType, TensorFile } from "./tensor_file.ts";

export type { StoredTensor, StoredType, TensorFile } from "./tensor_file.ts";

/** The sha256, in hex, of the bytes of a safetensors file, without a copy of the data in memory. */
export function safetensorsDigest(file: TensorFile): string {
  const { header, entries } = layOut(file);
  const hash = createHash("sha256").update(header);
  for (const { tensor } of entries) hash.update(bytesOf(tensor));
  return hash.digest("hex");
}

/**
 * Turns tensors into the bytes of a safetensors file (https://github.com/huggingface/safetensors, "Format"). Equal content
 * gives equal bytes: names are sorted, wide types first, so that every tensor starts at a multiple of its element's size.
 *
 * @throws {Error} where a tensor's shape and number of elements differ
 */
export function encodeSafetensors(file: TensorFile): Uint8Array<ArrayBuffer> {
  const { header, entries, size } = layOut(file);
  const bytes = new Uint8Array(header.length + size);
  bytes.set(header);
  for (const { tensor, begin } of entries) bytes.set(bytesOf(tensor), header.length + begin);
  return bytes;
}

/**
 * Reads the bytes of a safetensors file. Tensors are views of `bytes` where its alignment allows, else copies.
 *
 * @param bytes the whole file
 * @param name what messages call it: its path
 * @throws {Error} where the bytes are not a complete and consistent safetensors file, or a type is none of {@linkcode StoredType}
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): TensorFile {
  const { entries, metadata, dataStart } = parseHeader(bytes, name);
  const tensors = Object.fromEntries(
    entries.map(({ name, dtype, shape, begin, end }) => {
      return [name, tensorOver(bytes.subarray(dataStart + begin, dataStart + end), dtype, shape)];
    }),
  );
  return { tensors, metadata };
}

/**
 * Reads a safetensors file from disk.
 *
 * @throws {Error} as {@linkcode decodeSafetensors}, or where the file cannot be read
 */
export async function readSafetensors(path: string): Promise<TensorFile> {
  return decodeSafetensors(await Deno.readFile(path), path);
}

/**
 * Writes a safetensors file, tensor by tensor, without a second copy of the data in memory.
 *
 * @throws {Error} where a tensor's shape and number of elements differ, or the file cannot be written
 */
export async function writeSafetensors(path: string, file: TensorFile): Promise<void> {
  const { header, entries } = layOut(file);
  using output = await Deno.open(path, { write: true, create: true, truncate: true });
  await writeAll(output, header);
  for (const { tensor } of entries) await writeAll(output, bytesOf(tensor));
}

/**
 * The tensor of a name and an element type.
 *
 * @param source what messages call the file: its path
 * @throws {Error} where there is no such tensor or it has another type
 */
export function tensorNamed<T extends StoredType>(
  file: TensorFile,
  name: string,
  dtype: T,
  source: string,
): Extract<StoredTensor, { dtype: T }> {
  const tensor = Object.hasOwn(file.tensors, name) ? file.tensors[name] : undefined;
  if (tensor === undefined) {
    throw new Error(
      `${source}: no tensor named "${name}"; found ${Object.keys(file.tensors).sort().join(", ") || "none"}`,
    );
  }
  if (tensor.dtype !== dtype) throw new Error(`${source}: tensor "${name}" is ${tensor.dtype}, expected ${dtype}`);
  return tensor as Extract<StoredTensor, { dtype: T }>;
}

function bytesOf(tensor: StoredTensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

async function writeAll(output: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  // One write call takes at most 2 GiB on Linux and may take less than it is given.
  for (let offset = 0; offset < bytes.length;) {
    offset += await output.write(bytes.subarray(offset, offset + 2 ** 26));
  }
}
