/** Folders of tools, which are no part of a folder's content. */
export const IGNORED_FOLDERS: ReadonlySet<string> = new Set([".git", ".pipeline", ".dvc"]);
