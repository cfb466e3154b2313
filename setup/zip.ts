import { dirname, join } from "node:path";
import { Unzip, UnzipInflate } from "fflate";

/**
 * Writes chosen members of a zip file under a folder, piece by piece, so that a member larger than the memory passes through.
 *
 * @param target for a member's path in the archive, its path under `folder`, or undefined for one that is not wanted
 * @returns the paths in the archive of what was written
 * @throws {Error} naming the archive, where it is damaged; or where a target leaves the folder
 */
export async function extractMembers(
  archive: string,
  folder: string,
  target: (member: string) => string | undefined,
): Promise<string[]> {
  const written: string[] = [];
  const open = new Set<Deno.FsFile>();
  const unzip = new Unzip((member) => {
    const place = member.name.endsWith("/") ? undefined : target(member.name);
    if (place === undefined) return;
    if (place.split("/").includes("..")) throw new Error(`member ${member.name} would leave ${folder}`);
    const path = join(folder, place);
    Deno.mkdirSync(dirname(path), { recursive: true });
    const file = Deno.openSync(path, { write: true, create: true, truncate: true });
    open.add(file);
    member.ondata = (error, chunk, final) => {
      if (error !== null) throw error;
      for (let rest = chunk; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
      if (!final) return;
      file.close();
      open.delete(file);
      written.push(member.name);
    };
    member.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const chunk of (await Deno.open(archive)).readable) unzip.push(chunk);
    unzip.push(new Uint8Array(), true);
    if (open.size > 0) throw new Error("it ends too early");
  } catch (cause) {
    throw new Error(`${archive} cannot be unpacked: ${(cause as Error).message}`, { cause });
  } finally {
    for (const file of open) file.close();
  }
  return written;
}
