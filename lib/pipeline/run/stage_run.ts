import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import type { Event } from "./event.ts";
import type { LogTail } from "./failure.ts";
import type { Job } from "./job.ts";

/** One run of a stage's action, as the executor hands it to what runs modules or commands. */
export interface StageRun {
  /** What runs. */
  readonly stage: Stage;
  /** With what. */
  readonly job: Job;
  /** Gets what happens. */
  readonly emit: (event: Event) => void;
  /** What `emit` was given of the stage's output, the end of it. */
  readonly log: LogTail;
  /** Absolute path of a folder for files of this run, and the mark of its processes; removed after it. */
  readonly folder: string;
  /** Ends the processes. */
  readonly signal: AbortSignal;
}

/** How a run of a stage's action ended. */
export interface ActionEnd {
  /** Why it failed; empty: it did not. */
  readonly diagnostics: readonly Diagnostic[];
  /** How long it ran; where that is not the time from its start to now. */
  readonly seconds?: number;
  /** True: what ended it had nothing to do with the stage, and it is to be run again. */
  readonly again?: boolean;
  /** The id of the job in which it goes on, where the engine leaves it. */
  readonly left?: string;
}

/** Milliseconds that a stage which resumes has between the request to end and the kill. */
export const resumingGrace = 30_000;

/**
 * Milliseconds between the request to end and the kill. A stage that resumes has longer: with a checkpoint every 20 seconds,
 * whatever takes less than that ends in time to be kept, and whatever takes more was kept when it last ended.
 */
export function graceOf({ grace, state }: Pick<Job, "grace" | "state">): number {
  return grace ?? (state === undefined ? 10_000 : resumingGrace);
}

/** Sends a line of a stage's output on as an event. */
export function outputReader(
  { stage, emit }: StageRun,
  stream: "stdout" | "stderr",
): { readonly line: (text: string) => void } {
  return { line: (text) => emit({ kind: "stage output", time: Date.now(), stage: stage.name, stream, text }) };
}
