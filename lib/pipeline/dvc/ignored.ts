import { join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

/** Tells what `.dvcignore` files hide: git's patterns, each file's for its own folder and below. */
export class Ignored {
  readonly #root: string;
  readonly #rules = new Map<string, Ignore | undefined>();

  /** Takes the absolute root of the project. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Whether an absolute path is hidden; a folder hides all inside it. Nothing outside of the project is. */
  has(path: string, isFolder: boolean): boolean {
    const steps = relative(this.#root, path).split(sep);
    if (steps[0] === "" || steps[0] === "..") return false;
    return steps.some((_, index) => this.#hides(steps.slice(0, index + 1), isFolder || index < steps.length - 1));
  }

  /** The verdict of the nearest folder above that has one. */
  #hides(steps: readonly string[], isFolder: boolean): boolean {
    for (let depth = steps.length - 1; depth >= 0; depth--) {
      const rules = this.#rulesOf(join(this.#root, ...steps.slice(0, depth)));
      const inside = steps.slice(depth).join("/");
      const { ignored, unignored } = rules?.test(isFolder ? `${inside}/` : inside) ??
        { ignored: false, unignored: false };
      if (ignored || unignored) return ignored;
    }
    return false;
  }

  #rulesOf(folder: string): Ignore | undefined {
    if (!this.#rules.has(folder)) this.#rules.set(folder, readRules(join(folder, ".dvcignore")));
    return this.#rules.get(folder);
  }
}

function readRules(path: string): Ignore | undefined {
  try {
    return ignore().add(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
