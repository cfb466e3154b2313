import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const runtimes = fileURLToPath(new URL("../.runtimes", import.meta.url));

/**
 * Where what belongs into a folder of `.runtimes` is to go: there, or where the environment variable `MINDEPTH_RUNTIMES`
 * names a folder in place of `.runtimes`, into that, with a link from there.
 *
 * @throws {Error} where there is a folder that no link can replace
 */
export async function placeOf(folder: string): Promise<string> {
  const elsewhere = Deno.env.get("MINDEPTH_RUNTIMES");
  if (elsewhere === undefined || elsewhere === "") return folder;
  const place = join(resolve(elsewhere), relative(runtimes, folder));
  await Deno.mkdir(dirname(folder), { recursive: true });
  const found = await Deno.lstat(folder).catch(() => undefined);
  if (found !== undefined && !found.isSymlink) {
    throw new Error(`${folder} is there already; remove it, or leave MINDEPTH_RUNTIMES away`);
  }
  if (found !== undefined) await Deno.remove(folder);
  await Deno.mkdir(place, { recursive: true });
  await Deno.symlink(place, folder);
  return place;
}
