import { join } from "node:path";

const known = new Map<string, Promise<boolean>>();

/**
 * Those of the packages' folders that hold a native addon (a `.node` file). A package's folder never changes under its
 * name and version, so each is looked at once.
 */
export async function nativeFolders(packageFolders: readonly string[]): Promise<string[]> {
  const native = await Promise.all(packageFolders.map((folder) => {
    const answer = known.get(folder) ?? hasAddon(folder);
    known.set(folder, answer);
    return answer;
  }));
  return packageFolders.filter((_, index) => native[index]);
}

async function hasAddon(folder: string): Promise<boolean> {
  const inner: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name.endsWith(".node")) return true;
      if (entry.isDirectory) inner.push(join(folder, entry.name));
    }
  } catch (error) {
    // A package for another platform is in the lock but not on the disk.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  for (const subfolder of inner) if (await hasAddon(subfolder)) return true;
  return false;
}
