import type { ObjectName } from "./object_store.ts";

/** How far a transfer is. */
export interface Amount {
  /** Files whose contents are across. */
  readonly files: number;
  /** Bytes of contents, before any compression. */
  readonly bytes: number;
  /** Bytes in all, as far as is known. */
  readonly total: number;
}

/** An object on its way. */
export interface ObjectMeter {
  /** So many bytes of it are across; fewer than before where it has to begin anew. */
  readonly at: (position: number) => void;
  /** It is across. */
  readonly done: () => void;
  /** It need not be moved. */
  readonly spare: () => void;
}

/** Counts what a transfer moves. */
export class Meter {
  readonly #tell: (amount: Amount) => void;
  #files = 0;
  #bytes = 0;
  #total = 0;

  /** Takes who is told of each step; nothing is expected yet. */
  constructor(tell: (amount: Amount) => void = () => {}) {
    this.#tell = tell;
  }

  /** More bytes than was known have to be moved; or fewer, where negative. */
  expect(bytes: number): void {
    this.#total += bytes;
  }

  /** An object whose bytes are expected, in which the contents of so many files are. */
  object({ size }: Pick<ObjectName, "size">, files: number): ObjectMeter {
    let counted = 0;
    const at = (position: number): void => {
      const now = Math.min(size, Math.round(position));
      if (now === counted) return;
      this.#bytes += now - counted;
      counted = now;
      this.#told();
    };
    return {
      at,
      done: () => {
        this.#files += files;
        at(size);
        this.#told();
      },
      spare: () => {
        at(0);
        this.expect(-size);
      },
    };
  }

  #told(): void {
    this.#tell({ files: this.#files, bytes: this.#bytes, total: this.#total });
  }
}

/** Passes on what comes, and tells how many bytes that is so far. */
export function counting(
  at: (position: number) => void,
): (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> {
  return async function* (chunks): AsyncIterable<Uint8Array> {
    let position = 0;
    for await (const chunk of chunks) {
      yield chunk;
      at(position += chunk.length);
    }
  };
}
