import type { Event } from "../run/event.ts";

/** Shows a run to a person: a reader of its events. */
export interface Display {
  /** Takes the next event. */
  readonly show: (event: Event) => void;
  /** Leaves the terminal as it was found; may be called more than once. */
  readonly close: () => void;
}
