import type { Json } from "../value.ts";

/** What the engine writes to the standard input of a resolving process: one line of JSON. */
export interface ResolutionRequest {
  /** Each resolver, by URL, with a value for it. */
  readonly questions: readonly { readonly module: string; readonly value: Json }[];
}

/** What a resolving process answers to each question, in their order, as an RFC 7464 record. */
export type ResolutionAnswer =
  | {
    readonly kind: "resolved";
    readonly value: Json;
    readonly identity: Json;
    /** Absolute paths of native libraries, or of folders of them. */
    readonly native?: readonly string[];
    /** Whether those are called by pointers. */
    readonly pointers?: boolean;
    /** Environment variables that the stage may see for it. */
    readonly env?: readonly string[];
    /** What was taken and why. */
    readonly note?: string;
  }
  | { readonly kind: "failed"; readonly message: string };
