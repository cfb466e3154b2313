import { join } from "node:path";
import type { Stage } from "../../../lib/pipeline/file/pipeline.ts";
import type { Event } from "../../../lib/pipeline/run/event.ts";
import { execute } from "../../../lib/pipeline/run/executor.ts";
import type { Job, Outcome } from "../../../lib/pipeline/run/job.ts";

/** How a stage ended and what it said. */
export interface Trial {
  readonly outcome: Outcome;
  readonly events: readonly Event[];
  /** Lines of the stage's output. */
  readonly lines: readonly string[];
  /** Each error with its hints. */
  readonly errors: readonly string[];
  /** The messages of its warnings. */
  readonly warnings: readonly string[];
}

/** What a trial may say besides the stage. */
export interface TrialOptions extends Partial<Job> {
  /** Aborted when the stage prints `ready`. */
  readonly cancelWhenReady?: AbortController;
}

/** Runs a stage of a temporary project. */
export async function trial(folder: string, stage: Stage, options: TrialOptions = {}): Promise<Trial> {
  const { cancelWhenReady = new AbortController(), ...job } = options;
  const scratch = join(folder, ".pipeline", "tmp");
  Deno.mkdirSync(scratch, { recursive: true });
  const files = stage.action.kind === "run" ? [stage.action.module] : [];
  const events: Event[] = [];
  const outcome = await execute(
    stage,
    { code: { digest: "", files, packageFolders: [] }, root: folder, scratch, commit: () => Promise.resolve(), ...job },
    (event) => {
      events.push(event);
      if (options.cancelWhenReady && event.kind === "stage output" && event.text === "ready") cancelWhenReady.abort();
    },
    cancelWhenReady.signal,
  );
  return {
    outcome,
    events,
    lines: events.flatMap((event) => event.kind === "stage output" ? [event.text] : []),
    errors: outcome.kind === "failed"
      ? outcome.diagnostics.map(({ message, hints }) => [message, ...hints ?? []].join("\n"))
      : [],
    warnings: events.flatMap((event) => event.kind === "stage warning" ? [event.diagnostic.message] : []),
  };
}
