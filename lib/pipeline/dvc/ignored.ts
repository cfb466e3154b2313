import { basename, dirname, join, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import type { IgnoredNames } from "../file/pipeline.ts";
import { isWithin } from "../path.ts";

/** Tells what `.dvcignore` files hide: git's patterns, each file's for its own folder and below. */
export class Ignored {
  readonly #root: string;
  readonly #folders = new Map<string, Folder>();

  /** Takes the absolute root of the project. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Whether an absolute path is hidden; a folder hides all inside it. Nothing outside of the project is. */
  has(path: string, isFolder: boolean): boolean {
    return this.inside(dirname(path))?.(basename(path), isFolder) ?? false;
  }

  /** What is hidden of an absolute folder; undefined: nothing can be. */
  inside(folder: string): IgnoredNames | undefined {
    if (!isWithin(folder, this.#root)) return undefined;
    const { hidden, rules } = this.#folder(folder);
    if (hidden) return () => true;
    return rules.length === 0 ? undefined : (name, isFolder) => hides(rules, join(folder, name), isFolder);
  }

  #folder(path: string): Folder {
    let folder = this.#folders.get(path);
    if (!folder) {
      folder = this.#readFolder(path);
      this.#folders.set(path, folder);
    }
    return folder;
  }

  #readFolder(path: string): Folder {
    const above: Folder = path === this.#root ? { hidden: false, rules: [] } : this.#folder(dirname(path));
    const hidden = above.hidden || hides(above.rules, path, true);
    const own = hidden ? undefined : readRules(join(path, ".dvcignore"));
    return { hidden, rules: own ? [{ folder: path, patterns: own }, ...above.rules] : above.rules };
  }
}

/** What is known of a folder and counts for all that lies in it. */
interface Folder {
  readonly hidden: boolean;
  /** Of the folder and those above, the nearest first. */
  readonly rules: readonly Rules[];
}

interface Rules {
  readonly folder: string;
  readonly patterns: Ignore;
}

/** The verdict of the nearest file that has one. */
function hides(rules: readonly Rules[], path: string, isFolder: boolean): boolean {
  for (const { folder, patterns } of rules) {
    const inside = path.slice(folder.length + 1).replaceAll(sep, "/");
    const { ignored, unignored } = patterns.test(isFolder ? `${inside}/` : inside);
    if (ignored || unignored) return ignored;
  }
  return false;
}

function readRules(path: string): Ignore | undefined {
  try {
    return ignore().add(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
