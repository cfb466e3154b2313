import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/**
 * The lines that grow at the end of a file, which may be renamed meanwhile; a last one that has no end comes with its end,
 * or never.
 */
export class GrowingLines implements Disposable {
  #file: number | undefined;
  #position = 0;
  #rest = "";
  readonly #path: string;
  readonly #decoder = new TextDecoder();

  /**
   * Reads nothing yet.
   *
   * @param path absolute; the file may come later
   */
  constructor(path: string) {
    this.#path = path;
  }

  /** Those since the last call. */
  read(): string[] {
    this.#file ??= existsSync(this.#path) ? openSync(this.#path, "r") : undefined;
    if (this.#file === undefined) return [];
    const size = fstatSync(this.#file).size - this.#position;
    if (size <= 0) return [];
    const bytes = new Uint8Array(size);
    const count = readSync(this.#file, bytes, 0, size, this.#position);
    this.#position += count;
    const lines = (this.#rest + this.#decoder.decode(bytes.subarray(0, count), { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
