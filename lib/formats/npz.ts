import { unzipSync } from "fflate";
import { decodeNpy } from "./npy.ts";
import type { StoredTensor } from "./tensor_file.ts";

/**
 * Reads the arrays in a file that `numpy.savez` or `numpy.savez_compressed` wrote: a zip archive of `.npy` files.
 *
 * @param name what messages call the file: its path
 * @returns the arrays by the names they were saved under
 * @throws {Error} naming the file: not a complete archive, or an array in it that cannot be read
 */
export function decodeNpz(bytes: Uint8Array, name: string): Readonly<Record<string, StoredTensor>> {
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(bytes);
  } catch (cause) {
    throw new Error(`${name}: not a complete npz file: ${(cause as Error).message}`, { cause });
  }
  return Object.fromEntries(
    Object.entries(members).map(([member, content]) => {
      return [member.replace(/\.npy$/, ""), decodeNpy(content, `${name}/${member}`)];
    }),
  );
}
