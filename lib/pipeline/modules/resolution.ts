import type { Json } from "../value.ts";

/** What a value inside `with` came to on this machine. */
export interface Resolution {
  /** Where the value stands inside `with`. */
  readonly path: readonly (string | number)[];
  /** What the stage gets in its place. */
  readonly value: Json;
  /** What else the result depends on, e.g. an engine's version. */
  readonly identity: Json;
}
