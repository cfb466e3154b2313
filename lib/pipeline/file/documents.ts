import { dirname, extname, relative } from "node:path";
import { type Diagnostic, errorAt, type Range, type Result } from "../diagnostic.ts";
import type { MapNode, Node } from "./node.ts";
import { describe } from "./node.ts";
import { readDocument } from "./document.ts";
import { readPython } from "./python_file.ts";
import { readToml } from "./toml_file.ts";

/** Reads each YAML, JSON, TOML or Python file once, and knows which were read. */
export class Documents {
  readonly #nodes = new Map<string, Promise<Node | undefined>>();
  readonly #diagnostics: Diagnostic[];

  /** What is wrong with the files goes to `diagnostics`, once a file. */
  constructor(diagnostics: Diagnostic[]) {
    this.#diagnostics = diagnostics;
  }

  /** Absolute paths of the files read so far, the missing ones left out. */
  async paths(): Promise<string[]> {
    const read = await Promise.all([...this.#nodes].map(async ([path, node]) => await node ? path : undefined));
    return read.filter((path) => path !== undefined);
  }

  /**
   * The map that a file holds; undefined (and an error) if it is missing or wrong. The error about a missing file stands at
   * `from`, the place that names it, if one does.
   */
  async map(path: string, what: string, from?: Range): Promise<MapNode | undefined> {
    const shown = from ? relative(dirname(from.source.path), path) : path;
    if (!await exists(path)) {
      this.#report(`The ${what} does not exist: ${shown}`, from);
      return undefined;
    }
    if (!isReadable(path)) {
      this.#report(`The ${what} is of no kind that can be read (${READABLE}): ${shown}`, from);
      return undefined;
    }
    const node = await this.read(path);
    if (node === undefined || node.kind === "map") return node;
    this.#diagnostics.push(errorAt(node.range, `The ${what} holds ${describe(node)}`, "Expected a map at the top"));
    return undefined;
  }

  /**
   * What a file holds; undefined if it is missing or has syntax errors (which are reported).
   *
   * @param named the path by whose ending it is read; its own unless given
   */
  read(path: string, named: string = path): Promise<Node | undefined> {
    let node = this.#nodes.get(path);
    if (!node) {
      node = this.#read(path, named);
      this.#nodes.set(path, node);
    }
    return node;
  }

  #report(message: string, range?: Range): void {
    this.#diagnostics.push(range ? errorAt(range, message) : { severity: "error", message });
  }

  async #read(path: string, named: string): Promise<Node | undefined> {
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.#report(`Cannot read ${path}: ${reason}`);
      return undefined;
    }
    const reader = READERS.get(extname(named).toLowerCase()) ?? readDocument;
    const result: Result<Node> = reader({ path, text });
    this.#diagnostics.push(...result.diagnostics);
    return result.ok ? result.value : undefined;
  }
}

const READERS = new Map([
  [".yaml", readDocument],
  [".yml", readDocument],
  [".json", readDocument],
  [".toml", readToml],
  [".py", readPython],
]);

/** The endings of the files that can be read, for people. */
export const READABLE: string = [...READERS.keys()].join(", ");

/** Whether a file can be read, by its ending. */
export function isReadable(path: string): boolean {
  return READERS.has(extname(path).toLowerCase());
}

/** Whether something is at a path, readable or not. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    return !isMissing(error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
