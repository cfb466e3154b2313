import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "../diagnostic.ts";

/** Folders in which no pipeline lies. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", ".pipeline", ".dvc", "node_modules"]);

/** Whether a file is a lock of this engine, by its name and text: other programs call theirs `.lock` as well. */
export function isLock({ path, text }: Source): boolean {
  return path.endsWith(".lock") && /^schema: \d/m.test(text) && /^stages:/m.test(text);
}

/** All locks below a folder. */
export function findLocks(folder: string): Source[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Source[] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : findLocks(path);
    if (!entry.isFile() || !entry.name.endsWith(".lock")) return [];
    const source = { path, text: readFileSync(path, "utf8") };
    return isLock(source) ? [source] : [];
  });
}
