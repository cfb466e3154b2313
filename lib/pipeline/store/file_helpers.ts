import type { FileWork } from "./file_work.ts";
import { chunksOf, doChunk, takeChunk } from "./file_work.ts";
import type { WorkMessage } from "./file_worker.ts";
import { NAME_SEPARATOR } from "./folder_record.ts";
import { giveWay } from "./hash.ts";

/** So many files are worth another thread, whose start takes as long as to look at thousands. */
export const WORTH_HELP = 10_000;
/** Disks serve few at a time. */
const MOST_HELPERS = 3;
/** After so long without a sign of a chunk that a helper took, it is done by who waits, too. */
const PATIENCE_MS = 10_000;

/** Threads that help with work on many files; none where the machine has one core. */
export class FileHelpers implements Disposable {
  readonly #workers: Worker[] = [];
  readonly #patience: number;
  #hasFailed = false;

  /** Takes how long, in ms, it is waited for a chunk that a helper took. */
  constructor(patience: number = PATIENCE_MS) {
    this.#patience = patience;
  }

  /** Starts them. */
  start(): void {
    const missing = Math.min(MOST_HELPERS, navigator.hardwareConcurrency - 1) - this.#workers.length;
    for (let count = 0; count < missing; count++) {
      const worker = new Worker(new URL("./file_worker.ts", import.meta.url), { type: "module" });
      // What it does not do is done here.
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        this.#hasFailed = true;
      });
      this.#workers.push(worker);
    }
  }

  /** Does all of a work, with the helpers that were started. */
  async do(work: FileWork): Promise<void> {
    const { paths, ...rest } = work;
    const message: WorkMessage = { ...rest, names: paths.join(NAME_SEPARATOR) };
    for (const worker of this.#workers) worker.postMessage(message);
    while (takeChunk(work)) await giveWay();
    for (let chunk = 0; chunk < chunksOf(work); chunk++) await this.#waitFor(work, chunk);
  }

  async #waitFor(work: FileWork, chunk: number): Promise<void> {
    const start = Date.now();
    while (Atomics.load(work.progress, chunk + 1) === 0) {
      if (this.#hasFailed || Date.now() - start > this.#patience) return doChunk(work, chunk);
      await Atomics.waitAsync(work.progress, chunk + 1, 0, 100).value;
    }
  }

  /** Ends them. */
  [Symbol.dispose](): void {
    for (const worker of this.#workers.splice(0)) worker.terminate();
  }
}
