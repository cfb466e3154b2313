import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import type { NamedBytes } from "./named_bytes.ts";

/**
 * The plain files in a file: the members of a `.tar.gz` by their base names, the content of a `.gz` under the name without
 * that ending, or the file itself.
 *
 * @param name the file's base name, which says how it is packed
 * @param source what messages call the file: its path or address
 * @throws {Error} naming the file, where it is not a complete archive
 */
export async function unpack(name: string, source: string, bytes: Uint8Array): Promise<Map<string, NamedBytes>> {
  if (name.endsWith(".tar.gz")) return await members(source, decompress(source, bytes));
  if (name.endsWith(".gz")) return new Map([[name.slice(0, -3), { name: source, bytes: decompress(source, bytes) }]]);
  return new Map([[name, { name: source, bytes }]]);
}

function decompress(source: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new Error(`${source}: not a complete gzip file: ${(cause as Error).message}`, { cause });
  }
}

async function members(source: string, bytes: Uint8Array): Promise<Map<string, NamedBytes>> {
  const found = new Map<string, NamedBytes>();
  const archive = extract();
  archive.end(bytes);
  try {
    for await (const member of archive) {
      const { name, type } = member.header;
      const chunks: Uint8Array[] = [];
      for await (const chunk of member) chunks.push(chunk);
      if (type === "file") {
        found.set(name.slice(name.lastIndexOf("/") + 1), { name: `${source}/${name}`, bytes: concatenate(chunks) });
      }
    }
  } catch (cause) {
    throw new Error(`${source}: not a complete tar archive: ${(cause as Error).message}`, { cause });
  }
  return found;
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
