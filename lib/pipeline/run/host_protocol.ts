import type { Resolution } from "../modules/resolution.ts";
import type { StageResources } from "../stage/stage.ts";
import type { Json } from "../value.ts";
import type { Progress } from "./event.ts";

/** What the engine writes to the standard input of a stage's process: one line of JSON. */
export interface HostRequest {
  /** URL of the stage module. */
  readonly module: string;
  /** As the pipeline file has it. */
  readonly with: Json;
  /** Values that take the place of parts of `with`, once that is parsed. */
  readonly resolutions: readonly Resolution[];
  /** Absolute paths of the named deps; a list where the pipeline file has a list. */
  readonly deps: Readonly<Record<string, string | readonly string[]>>;
  /** Absolute paths of the named outs. */
  readonly outs: Readonly<Record<string, string>>;
  /** What the engine granted. */
  readonly resources: StageResources;
  /** Absolute path of the folder that a stage which resumes keeps between attempts. */
  readonly state?: string;
  /** Milliseconds that the stage has to end in good order once its engine is gone. */
  readonly grace: number;
}

/** Whether a record is the host's: a stage may print what it likes. */
export function isHostRecord(value: Json): boolean {
  return typeof value === "object" && value !== null && "kind" in value &&
    ["loaded", "progress", "done", "failed"].includes(String(value.kind));
}

/** What a stage's process writes to its standard output, as RFC 7464 records between the lines of its log. */
export type HostRecord =
  /** The module and what it imports, computed and other dynamic imports apart, have been read. */
  | { readonly kind: "loaded" }
  | ({ readonly kind: "progress" } & Progress)
  | { readonly kind: "done" }
  | {
    readonly kind: "failed";
    /** The message of what was thrown, and of its causes. */
    readonly message: string;
    /** The class of what was thrown: `Error`, `TypeError`, `NotCapable`, ... */
    readonly name: string;
    /** `file:line:column` of the first frame in a local module. */
    readonly place?: string;
  };
