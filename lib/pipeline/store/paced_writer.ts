/** How much of the time may go into writing, once {@linkcode FREE_MS} have. */
const SHARE = 0.05;
/** So long it is written after each change. */
const FREE_MS = 100;

/**
 * Writes a file as what it holds grows: after each change as long as that takes little time, else a little later, since
 * all of it is written each time and a thousand quick stages would wait for little else.
 */
export class PacedWriter {
  readonly #write: () => void;
  readonly #start = performance.now();
  #spent = 0;
  #isDirty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: unknown;

  /**
   * Nothing is written yet.
   *
   * @param write writes the file as it is now
   */
  constructor(write: () => void) {
    this.#write = write;
  }

  /**
   * There is something new.
   *
   * @param urgent true: nothing else knows of it, so it is written now
   */
  changed(urgent = false): void {
    this.#isDirty = true;
    const wait = this.#wait();
    if (urgent || wait <= 0) return this.flush();
    if (this.#timer !== undefined) return;
    const timer = setTimeout(() => {
      try {
        this.flush();
      } catch (error) {
        // For who flushes at the end.
        this.#failure = error;
      }
    }, wait);
    Deno.unrefTimer(timer);
    this.#timer = timer;
  }

  /**
   * Writes what is not written yet; to be called at the end.
   *
   * @throws the file system's error, also of an earlier attempt
   */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (!this.#isDirty) return;
    const start = performance.now();
    this.#write();
    this.#isDirty = false;
    this.#spent += performance.now() - start;
  }

  /** Milliseconds until writing has taken no more than its share of the time. */
  #wait(): number {
    return (this.#spent - FREE_MS) / SHARE - (performance.now() - this.#start);
  }
}
