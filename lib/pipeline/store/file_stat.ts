import { StoreError } from "./store_error.ts";

/**
 * The state of the file or folder at a path, links followed; undefined where nothing is.
 *
 * @throws {StoreError} at a dangling link, a loop of links, a pipe, socket or device, or what may not be looked at
 */
export function statOf(path: string): Deno.FileInfo | undefined {
  let stat: Deno.FileInfo;
  try {
    stat = Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof Deno.errors.FilesystemLoop) {
      throw new StoreError(`${path} is a link that leads back to itself`, ["Remove the link"]);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(path, error);
    if (isLink(path)) {
      throw new StoreError(`${path} is a link to a file that does not exist`, [
        "Remove the link, or put its target back",
      ]);
    }
    return undefined;
  }
  if (!stat.isFile && !stat.isDirectory) {
    throw new StoreError(`${path} is neither a file nor a folder (a pipe, socket or device)`, ["Remove it"]);
  }
  return stat;
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

/**
 * What an action on a path gives.
 *
 * @throws {StoreError} where it fails
 */
export async function guarded<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof StoreError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): StoreError {
  if ((error as { code?: unknown }).code === "ENOSPC") {
    return new StoreError(`${path} cannot be stored: the disk is full`, ["Free some space, and reproduce again"]);
  }
  return new StoreError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
