import { Departure } from "../run/cluster.ts";
import { after } from "../run/timer.ts";
import { EXIT } from "./exit_code.ts";
import type { TimeBudget } from "./time_budget.ts";

const CODES: ReadonlyMap<Deno.Signal, number> = new Map([
  ["SIGINT", EXIT.interrupted],
  ["SIGTERM", EXIT.terminated],
  ["SIGHUP", EXIT.hungUp],
]);

/** What is done on signals, besides. */
export interface InterruptionActions {
  /** On the first one; `left`: where it is the time budget, the seconds that are left of it. */
  readonly ask: (left?: number) => void;
  /** On the third one, right before the process exits. */
  readonly leave: () => void;
}

/**
 * Ctrl-C and its like, while stages run: the first asks them to end, the second kills them, the third exits at once. A time
 * budget acts as a first one shortly before it is over, and kills what is left at its end.
 */
export class Interruption implements Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted by the second one. */
  readonly kill: AbortSignal;
  /** The exit code that goes with the first signal; undefined while there was none. */
  code: number | undefined;
  readonly #listeners: (readonly [Deno.Signal, () => void])[];
  readonly #timers: readonly Disposable[];

  /** Listens until it is disposed of. */
  constructor({ ask, leave }: InterruptionActions, budget?: TimeBudget) {
    const [asking, killing] = [new AbortController(), new AbortController()];
    this.signal = asking.signal;
    this.kill = killing.signal;
    const request = (code: number, left?: number): void => {
      this.code = code;
      ask(left);
      // Nobody wants the stages to end: the terminal is gone, or the time on this machine is over.
      asking.abort(code === EXIT.hungUp || code === EXIT.timeOver ? new Departure() : undefined);
    };
    const take = (code: number): void => {
      if (killing.signal.aborted) {
        leave();
        Deno.exit(code);
      }
      if (asking.signal.aborted) return killing.abort();
      request(code);
    };
    this.#listeners = [...CODES].map(([signal, code]) => [signal, () => take(code)]);
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
    this.#timers = budget === undefined ? [] : [
      after(budget.working - performance.now(), () => {
        if (!asking.signal.aborted) request(EXIT.timeOver, (budget.total - performance.now()) / 1000);
      }),
      after(budget.total - performance.now(), () => killing.abort()),
    ];
  }

  /** Signals have their usual effect again, and time has none. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    for (const timer of this.#timers) timer[Symbol.dispose]();
  }
}
