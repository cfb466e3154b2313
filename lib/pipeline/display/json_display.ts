import type { Display } from "./display.ts";
import type { Output } from "./output.ts";
import type { Event } from "../run/event.ts";
import { eventJson } from "../json/event_json.ts";

/** One line of JSON an event, for programs: docs/json.md. */
export class JsonDisplay implements Display {
  readonly #output: Output;
  readonly #folder: string;

  /** Writes events to `output`; diagnostics name paths relative to the absolute `folder`. */
  constructor(output: Output, folder: string) {
    this.#output = output;
    this.#folder = folder;
  }

  /** Writes an event. */
  readonly show = (event: Event): void => {
    this.#output.write(`${JSON.stringify(eventJson(event, this.#folder))}\n`);
  };

  /** Does nothing: every line is written at once. */
  readonly close = (): void => {};
}
