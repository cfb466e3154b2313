import type { z } from "zod";

/** What a stage module gets when it runs. */
export interface StageContext<
  P extends z.ZodType,
  D extends string,
  L extends string,
  O extends string,
  OptionalD extends string = never,
  OptionalO extends string = never,
> {
  /** The values of `with`, parsed by the module's schema (defaults filled in). */
  readonly with: z.output<P>;
  /** Absolute paths of the named deps; a dep written with `foreach`/`do` is a list. */
  readonly deps:
    & Readonly<Record<D, string>>
    & Readonly<Partial<Record<OptionalD, string>>>
    & Readonly<Record<L, readonly string[]>>;
  /** Absolute paths of the named outs. The parent folder exists; the out itself does not, unless it is `persist`. */
  readonly outs: Readonly<Record<O, string>> & Readonly<Partial<Record<OptionalO, string>>>;
  /** What the engine granted. */
  readonly resources: StageResources;
  /** Reports how far the stage is; cheap enough to be called every step (the engine keeps the newest). */
  readonly progress: (progress: StageProgress) => void;
  /** Aborted when the run is to end: finish or checkpoint soon. */
  readonly signal: AbortSignal;
}

/** What a stage may use; no part of its fingerprint, so what it leaves must not depend on it. */
export interface StageResources {
  /** Cores; it may be a part of one. */
  readonly cpus: number;
  /** Whole devices. */
  readonly gpus: number;
  /** Bytes, as the pipeline file states them; 0 where it does not. */
  readonly memory: number;
  /** Bytes that the whole machine has, or the container that the engine runs in. */
  readonly machineMemory: number;
}

/** What a stage that resumes gets besides. */
export interface Resumption {
  /**
   * Absolute path of a folder that is the stage's own: for checkpoints. It stays when the stage fails, is cancelled or is
   * killed, is there again when the stage runs anew with the same code, values and deps, and is removed once it succeeds.
   * A stage that resumes {@linkcode Across} values finds it whatever these are, and success leaves it but for the folder
   * `spent` inside: there goes what later runs can do without, and this one too unless it is killed before the engine has
   * taken its outs over. Nothing may be trusted blindly: a kill, or a power failure, may come in the middle of writing.
   */
  readonly state: string;
}

/** What a stage that resumes also goes on from: what it kept when some of its values were others. */
export interface Across {
  /**
   * Values of `with`, by dotted names: `["epochs", "optimizer.drops"]`. All else being the same, runs that differ in these
   * share one `state`. The stage itself has to tell what in it is of use for its values: its outs must be those that it would
   * leave without.
   */
  readonly across: readonly string[];
}

/** How far a stage is. */
export interface StageProgress {
  /** Units done. */
  readonly done: number;
  /** Units in all, where known. */
  readonly total?: number;
  /** What is counted: "epoch", "snapshot", "MB". */
  readonly unit: string;
  /** The newest numbers worth seeing, e.g. `{ loss: 0.12 }`. */
  readonly values?: Readonly<Record<string, number>>;
}

/** A stage module's default export: what it takes, what it leaves, and how. */
export interface StageDefinition<
  P extends z.ZodType = z.ZodType,
  D extends string = string,
  L extends string = string,
  O extends string = string,
  OptionalD extends string = string,
  OptionalO extends string = string,
  Resumes extends boolean | Across = boolean | Across,
> {
  /** The schema of `with`; checked before anything runs. Use `z.strictObject` so that a misspelt key is an error. */
  readonly parameters: P;
  /** Names of the deps that are one path. */
  readonly deps: readonly D[];
  /** Names of deps that are one path and that the pipeline file may leave away. */
  readonly optionalDeps?: readonly OptionalD[];
  /** Names of the deps that are a list of paths; one that the pipeline file leaves away is an empty list. */
  readonly lists?: readonly L[];
  /** Names of the outs; the pipeline file must give a path to each. */
  readonly outs: readonly O[];
  /** Names of outs that the pipeline file may leave away; where it names one, the stage must write it. */
  readonly optionalOuts?: readonly OptionalO[];
  /**
   * Whether it can go on where an earlier attempt ended, by what it kept in `state`; with `across`, also where an earlier run
   * with some other values did. Then it has 30 seconds, not ten, between the signal and the kill: so it loses little that
   * keeps a checkpoint every 20 seconds, between two units of its work.
   */
  readonly resumes?: Resumes;
  /** Reads the deps, writes the outs. What it throws fails the stage. */
  readonly run: (
    context: StageContext<P, D, L, O, OptionalD, OptionalO> & (Resumes extends true | Across ? Resumption : unknown),
  ) => void | Promise<void>;
}

/**
 * Defines a stage module: `export default stage({ ... })`.
 *
 * A part of the schema may carry `.meta({ resolver: import.meta.resolve("./resolver.ts") })`: before planning, the engine
 * calls that module's default export with the part's value (see {@linkcode Resolver}) and the stage gets what it returns.
 *
 * @example
 * ```ts
 * import { stage } from "./mod.ts";
 * import { z } from "zod";
 *
 * export default stage({
 *   parameters: z.strictObject({ times: z.int().min(1) }),
 *   deps: ["text"],
 *   outs: ["repeated"],
 *   async run({ with: { times }, deps, outs }) {
 *     await Deno.writeTextFile(outs.repeated, (await Deno.readTextFile(deps.text)).repeat(times));
 *   },
 * });
 * ```
 */
export function stage<
  P extends z.ZodType,
  const D extends string,
  const O extends string,
  const L extends string = never,
  const OptionalD extends string = never,
  const OptionalO extends string = never,
  const Resumes extends boolean | Across = false,
>(
  definition: StageDefinition<P, D, L, O, OptionalD, OptionalO, Resumes>,
): StageDefinition<P, D, L, O, OptionalD, OptionalO, Resumes> {
  return definition;
}

/** What a value comes to on this machine. */
export interface Resolved {
  /** What the stage gets in its place; JSON. */
  readonly value: unknown;
  /** What else the result depends on (an engine's version, a class of device); JSON, part of the fingerprint. */
  readonly identity: unknown;
  /** Absolute paths of native libraries, or of folders of them, that the stage may load besides those of npm packages. */
  readonly native?: readonly string[];
  /** Whether the stage calls those by pointers, for which Deno has no permission narrower than all of FFI. */
  readonly pointers?: boolean;
  /** Environment variables that the stage may see, e.g. one that names a device; what counts of them is in `identity`. */
  readonly env?: readonly string[];
  /** What was taken and why, for people: said once in a run, when the first stage that it bears on starts. */
  readonly note?: string;
}

/** The default export of a resolver module: what a value such as `runtime: auto` comes to on this machine. */
export type Resolver = (value: unknown) => Resolved | Promise<Resolved>;
