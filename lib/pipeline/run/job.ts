import type { Diagnostic } from "../diagnostic.ts";
import type { Code } from "../modules/description.ts";
import type { Resolution } from "../modules/resolution.ts";

/** What the executor needs besides the stage. */
export interface Job {
  /** The import closure of a `run` stage's module. */
  readonly code?: Code;
  /** What the resolvers made of values inside `with`. */
  readonly resolutions?: readonly Resolution[];
  /** More flags of `deno run` for a `run` stage, such as `--inspect-brk`. */
  readonly flags?: readonly string[];
  /** The GPUs that are the stage's while it runs, as programs name them. */
  readonly devices?: readonly string[];
  /** Absolute root of the project: a `cmd` stage sees it as `DVC_ROOT`. */
  readonly root: string;
  /** Absolute folder for set-aside outs and their journals, kept between runs; on the file system of the outs, best. */
  readonly scratch: string;
  /** Absolute path of the folder that a `run` stage which resumes keeps between attempts. */
  readonly state?: string;
  /** Called once a module's process has loaded its code. Where it throws, the stage is ended and has failed. */
  readonly loaded?: () => Promise<void>;
  /**
   * Takes over the outs once they are complete: hashes them, stores them, records them. Where it throws, the stage has
   * failed and its previous outs come back.
   *
   * @param seconds how long the stage ran
   */
  readonly commit: (seconds: number) => Promise<void>;
  /** The start of the command that runs this stage alone, for messages: its name follows. */
  readonly retry?: string;
  /** Milliseconds between the request to end and the kill; by {@linkcode graceOf} unless given. */
  readonly grace?: number;
  /** Aborted: the stage's processes are killed at once, whatever the grace. */
  readonly kill?: AbortSignal;
}

/** How a stage ended. On `failed` and `cancelled` the previous outs are back in place. */
export type Outcome =
  | { readonly kind: "succeeded"; readonly seconds: number }
  | { readonly kind: "failed"; readonly seconds: number; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "cancelled"; readonly seconds: number }
  /** It goes on without the engine; its previous outs are still out of the way. */
  | { readonly kind: "left"; readonly seconds: number; readonly job: string };
