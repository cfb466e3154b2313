/**
 * A stage in a process of its own, as the engine runs it, on one core; without the engine's sandbox, cache and lock.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Spent } from "./spent.ts";

/** What is to run. */
export interface StageRequest {
  /** Its values. */
  readonly with: unknown;
  /** Paths of its deps. */
  readonly deps: Readonly<Record<string, string>>;
  /** Paths of its outs. */
  readonly outs: Readonly<Record<string, string>>;
  /** The folder of one that resumes. */
  readonly state?: string;
}

/** What a stage's process tells of itself; moments are what it had taken until then. */
export interface StageMoments {
  /** When the stage began, its modules being there. */
  readonly begin: Spent;
  /** Each time that the stage said how far it was. */
  readonly steps: readonly Spent[];
  /** When the stage was through. */
  readonly end: Spent;
  /** Bytes of memory that the process took at most. */
  readonly peak: number;
}

/** What a stage took. */
export interface StageRun extends StageMoments {
  /** The process as a whole, from its start to its end. */
  readonly total: Spent;
}

const child = fileURLToPath(new URL("stage_child.ts", import.meta.url));

/** Lets Deno translate the modules of stages, which it does once and for all, so that no run has that in its time. */
export async function cacheStages(names: readonly string[]): Promise<void> {
  const stages = names.map((name) => fileURLToPath(new URL(`../stages/${name}.ts`, import.meta.url)));
  await new Deno.Command(Deno.execPath(), { args: ["cache", child, ...stages], stderr: "null" }).output();
}

/**
 * Runs a stage of `stages/` by its name.
 *
 * @throws {Error} with all that it printed, where it fails
 */
export async function runStage(name: string, request: StageRequest): Promise<StageRun> {
  const start = performance.now();
  const args = ["run", "-A", child, name, JSON.stringify(request)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const wall = (performance.now() - start) / 1000;
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`Stage ${name} failed on ${JSON.stringify(request)}:\n${output}${errors}`);
  const moments: StageMoments = JSON.parse(output!.trimEnd().split("\n").at(-1)!);
  return { ...moments, total: { wall, processor: moments.end.processor } };
}
