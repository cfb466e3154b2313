import { EXIT } from "./exit_code.ts";

const CODES: ReadonlyMap<Deno.Signal, number> = new Map([
  ["SIGINT", EXIT.interrupted],
  ["SIGTERM", EXIT.terminated],
  ["SIGHUP", EXIT.hungUp],
]);

/** What is done on signals, besides. */
export interface InterruptionActions {
  /** On the first one. */
  readonly ask: () => void;
  /** On the third one, right before the process exits. */
  readonly leave: () => void;
}

/** Ctrl-C and its like, while stages run: the first asks them to end, the second kills them, the third exits at once. */
export class Interruption implements Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted by the second one. */
  readonly kill: AbortSignal;
  /** The exit code that goes with the first signal; undefined while there was none. */
  code: number | undefined;
  readonly #listeners: (readonly [Deno.Signal, () => void])[];

  /** Listens until it is disposed of. */
  constructor({ ask, leave }: InterruptionActions) {
    const [asking, killing] = [new AbortController(), new AbortController()];
    this.signal = asking.signal;
    this.kill = killing.signal;
    const take = (code: number): void => {
      if (killing.signal.aborted) {
        leave();
        Deno.exit(code);
      }
      if (asking.signal.aborted) return killing.abort();
      this.code = code;
      ask();
      asking.abort();
    };
    this.#listeners = [...CODES].map(([signal, code]) => [signal, () => take(code)]);
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** Signals have their usual effect again. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}
