import { type Lock, writeLock } from "./lock.ts";

/** How much of the time may go into writing the lock, once {@linkcode FREE_MS} have. */
const SHARE = 0.05;
/** So long the lock is written after each change. */
const FREE_MS = 100;

/**
 * Writes a lock as stages are entered: after each one as long as that takes little time, else a little later, since all of
 * it is written each time and a thousand quick stages would wait for little else.
 */
export class LockWriter {
  readonly #lock: Lock;
  readonly #temporary: string;
  readonly #start = performance.now();
  #spent = 0;
  #isDirty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: unknown;

  /**
   * Nothing is written yet.
   *
   * @param temporary a folder on the same file system, for drafts
   */
  constructor(lock: Lock, temporary: string) {
    this.#lock = lock;
    this.#temporary = temporary;
  }

  /**
   * The lock has changed.
   *
   * @param urgent true: nothing else knows what was entered, so it is written now
   */
  changed(urgent: boolean): void {
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
    writeLock(this.#lock, this.#temporary);
    this.#isDirty = false;
    this.#spent += performance.now() - start;
  }

  /** Milliseconds until writing has taken no more than its share of the time. */
  #wait(): number {
    return (this.#spent - FREE_MS) / SHARE - (performance.now() - this.#start);
  }
}
