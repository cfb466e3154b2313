import { basename, dirname } from "node:path";
import picomatch from "picomatch";

/** A pattern in two parts. */
export interface SplitGlob {
  /** The folder in which all matches lie; `.` for the current one. */
  readonly folder: string;
  /** The pattern, relative to that. */
  readonly pattern: string;
}

/** Splits a pattern such as `data/*.csv` behind the last folder before any wildcard. */
export function splitGlob(text: string): SplitGlob {
  const { base, glob } = picomatch.scan(text.replace(/^\.\//, ""));
  return glob === "" ? { folder: dirname(base), pattern: basename(base) } : { folder: base || ".", pattern: glob };
}

/** Tells which files a pattern matches; as in a shell, `*` matches no `/` and no dot at a name's start. */
export class Glob {
  readonly #matches: (path: string) => boolean;
  /** Matchers of the names on the way to a match; undefined from where any depth will do. */
  readonly #steps: readonly (((name: string) => boolean) | undefined)[];

  /** Takes a pattern relative to a folder. */
  constructor(pattern: string) {
    this.#matches = picomatch(pattern);
    const parts = pattern.split("/");
    // Braces and groups may hold slashes: then any folder may hold a match.
    const from = parts.findIndex((part) => part.includes("**") || /[({][^)}]*$/.test(part));
    this.#steps = parts.map((part, index) => from >= 0 && index >= from ? undefined : picomatch(part));
  }

  /** Whether a file, relative to the folder, is a match. */
  matches(path: string): boolean {
    return this.#matches(path);
  }

  /** Whether a file or folder, relative to the folder, is a match or may hold one. */
  reaches(path: string): boolean {
    if (this.#matches(path)) return true;
    const parts = path.split("/");
    for (const [index, part] of parts.entries()) {
      const step = this.#steps[index];
      if (step === undefined) return index < this.#steps.length;
      if (!step(part)) return false;
    }
    return parts.length < this.#steps.length;
  }
}
