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

/** Runs a stage of a temporary project. */
export async function trial(
  folder: string,
  stage: Stage,
  options: Partial<Job> = {},
  signal?: AbortSignal,
): Promise<Trial> {
  const scratch = join(folder, ".pipeline", "tmp");
  Deno.mkdirSync(scratch, { recursive: true });
  const files = stage.action.kind === "run" ? [stage.action.module] : [];
  const events: Event[] = [];
  const outcome = await execute(
    stage,
    {
      code: { digest: "", files, packageFolders: [] },
      root: folder,
      scratch,
      commit: () => Promise.resolve(),
      ...options,
    },
    (event) => events.push(event),
    signal ?? new AbortController().signal,
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
