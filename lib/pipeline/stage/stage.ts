import type { z } from "zod";

/** What a stage module gets when it runs. */
export interface StageContext<P extends z.ZodType, D extends string, L extends string, O extends string> {
  /** The values of `with`, parsed by the module's schema (defaults filled in). */
  readonly with: z.output<P>;
  /** Absolute paths of the named deps; a dep written with `foreach`/`do` is a list. */
  readonly deps: Readonly<Record<D, string>> & Readonly<Record<L, readonly string[]>>;
  /** Absolute paths of the named outs. The parent folder exists; the out itself does not. */
  readonly outs: Readonly<Record<O, string>>;
  /** What the engine granted. */
  readonly resources: { readonly cpus: number; readonly gpus: number; readonly memory: number };
  /** Reports how far the stage is; cheap enough to be called every step (the engine keeps the newest). */
  readonly progress: (progress: StageProgress) => void;
  /** Aborted when the run is to end: finish or checkpoint soon. */
  readonly signal: AbortSignal;
}

/** How far a stage is. */
export interface StageProgress {
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
  readonly values?: Readonly<Record<string, number>>;
}

/** A stage module's default export: what it takes, what it leaves, and how. */
export interface StageDefinition<
  P extends z.ZodType = z.ZodType,
  D extends string = string,
  L extends string = string,
  O extends string = string,
> {
  /** The schema of `with`; checked before anything runs. Use `z.strictObject` so that a misspelt key is an error. */
  readonly parameters: P;
  /** Names of the deps that are one path. */
  readonly deps: readonly D[];
  /** Names of the deps that are a list of paths. */
  readonly lists?: readonly L[];
  /** Names of the outs; the pipeline file must give a path to each. */
  readonly outs: readonly O[];
  readonly run: (context: StageContext<P, D, L, O>) => void | Promise<void>;
}

/**
 * Defines a stage module: `export default stage({ ... })`.
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
>(
  definition: StageDefinition<P, D, L, O>,
): StageDefinition<P, D, L, O> {
  return definition;
}
