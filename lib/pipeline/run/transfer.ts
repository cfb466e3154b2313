import { type Amount, Meter } from "../remote/meter.ts";
import type { Traffic } from "../remote/download.ts";
import type { Event } from "./event.ts";

/** Milliseconds between two events about the same transfer. */
const QUIET = 100;

/** A transfer to or from remotes that tells how far it is. */
export class Transfer {
  /** Counts what moves. */
  readonly meter: Meter;
  readonly #name: string;
  readonly #emit: (event: Event) => void;
  readonly #since = Date.now();
  #told = 0;

  /**
   * Nothing has moved yet.
   *
   * @param name what it is called in events
   * @param emit gets them
   */
  constructor(name: string, emit: (event: Event) => void) {
    this.#name = name;
    this.#emit = emit;
    this.meter = new Meter((amount) => this.#tell(amount));
  }

  /** It is over. One in which nothing moved is not worth an event, unless it is one of several results. */
  end({ objects, bytes }: Traffic, results?: { readonly results: number; readonly there: number }): void {
    if (this.#told === 0 && objects === 0 && results === undefined) return;
    const time = Date.now();
    const seconds = (time - this.#since) / 1000;
    this.#emit({ kind: "transfer ended", time, transfer: this.#name, objects, bytes, seconds, ...results });
  }

  #tell({ files, bytes, total }: Amount): void {
    const time = Date.now();
    if (time - this.#told < QUIET) return;
    this.#told = time;
    const progress = { done: bytes, total, unit: "B", values: { files } };
    this.#emit({ kind: "transfer progress", time, transfer: this.#name, ...progress });
  }
}
