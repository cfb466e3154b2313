import { EXIT } from "./exit_code.ts";

const CODES: ReadonlyMap<Deno.Signal, number> = new Map([
  ["SIGINT", EXIT.interrupted],
  ["SIGTERM", EXIT.terminated],
  ["SIGHUP", EXIT.hungUp],
]);

/** Ctrl-C and its like, while stages run: the first one asks them to end, the second kills them. */
export class Interruption implements Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted by the second one. */
  readonly kill: AbortSignal;
  /** The exit code of the first signal; undefined while there was none. */
  code: number | undefined;
  readonly #listeners: (readonly [Deno.Signal, () => void])[];

  /**
   * Listens until it is disposed of.
   *
   * @param onFirst called on the first signal
   */
  constructor(onFirst: () => void) {
    const [ending, killing] = [new AbortController(), new AbortController()];
    this.signal = ending.signal;
    this.kill = killing.signal;
    this.#listeners = [...CODES].map(([signal, code]) => [signal, () => {
      if (this.code !== undefined) return killing.abort();
      this.code = code;
      onFirst();
      ending.abort();
    }]);
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** Signals have their usual effect again. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}
