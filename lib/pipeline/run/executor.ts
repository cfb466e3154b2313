import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import { type Aside, setAside } from "./aside.ts";
import { runAction } from "./action.ts";
import type { Event } from "./event.ts";
import { completed, failure, LogTail, resourceHints } from "./failure.ts";
import type { Job, Outcome } from "./job.ts";
import type { ActionEnd, StageRun } from "./stage_run.ts";

/** Where the action of a stage runs. */
export interface Place {
  /** Moves the outs of a stage out of the way, or takes over where an engine before this one has done so. */
  begin(stage: Stage, job: Job): Promise<Aside>;
  /** Runs the action. */
  run(run: StageRun): Promise<ActionEnd>;
  /** Called once the outs were taken over, or are back. */
  end?(stage: Stage): void;
}

/** Processes of this machine. */
const here: Place = {
  begin: (stage, job) => setAside(job.scratch, stage),
  run: async (run) => ({ diagnostics: await runAction(run) }),
};

/**
 * Runs one stage. Its previous outs are out of the way meanwhile, and back in place unless it succeeds: it ran to its end,
 * reached for nothing undeclared, left every out, and `job.commit` took them over.
 *
 * @param emit gets `stage progress`, `stage output` and `stage warning` events
 * @param signal ends the stage: SIGTERM, and SIGKILL after `job.grace`
 * @param place where its action runs; in processes of this machine unless given
 */
export async function execute(
  stage: Stage,
  job: Job,
  emit: (event: Event) => void,
  signal: AbortSignal,
  place: Place = here,
): Promise<Outcome> {
  const begun = performance.now();
  if (signal.aborted) return { kind: "cancelled", seconds: 0 };
  const log = new LogTail();
  const run = {
    stage,
    job,
    log,
    signal,
    emit(event: Event): void {
      if (event.kind === "stage output") log.add(event.text);
      emit(event);
    },
  };
  const { diagnostics, left, seconds = (performance.now() - begun) / 1000 } = await attempt(run, place);
  if (left !== undefined) return { kind: "left", seconds, job: left };
  if (diagnostics.length === 0) return { kind: "succeeded", seconds };
  if (signal.aborted) return { kind: "cancelled", seconds };
  return { kind: "failed", seconds, diagnostics: completed(diagnostics, stage, log, job.retry) };
}

/** Runs the stage, where that helps more than once. Returns why it did not succeed; empty: it did. */
async function attempt(run: Omit<StageRun, "folder">, place: Place): Promise<ActionEnd> {
  const { stage, job, signal } = run;
  if (!await isDirectory(stage.wdir)) {
    return { diagnostics: [failure(stage, `cannot run: there is no folder ${stage.wdir}`)] };
  }
  let aside: Aside | undefined;
  const restore = async (): Promise<void> => {
    await aside?.restore();
    aside = undefined;
    place.end?.(stage);
  };
  try {
    while (true) {
      aside = await place.begin(stage, job);
      const begun = performance.now();
      const { diagnostics: found, again, ...end } = await place.run({ ...run, folder: aside.folder });
      if (end.left !== undefined) return { diagnostics: found, ...end };
      if (again && !signal.aborted) {
        await restore();
        continue;
      }
      const diagnostics = [...found];
      if (diagnostics.length === 0 && !signal.aborted) diagnostics.push(...missingOuts(stage));
      // A cancelled stage that ended in good order is not committed either: it was asked to stop early.
      if (signal.aborted) diagnostics.push(failure(stage, "was cancelled"));
      if (diagnostics.length === 0) {
        await job.commit(end.seconds ?? (performance.now() - begun) / 1000);
        await aside.discard();
        place.end?.(stage);
      } else {
        await restore();
      }
      return { diagnostics, ...end };
    }
  } catch (error) {
    await restore();
    if (error instanceof StoreError) {
      return { diagnostics: error.diagnostics.map((diagnostic) => ({ range: stage.range, ...diagnostic })) };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { diagnostics: [failure(stage, `failed: ${message}`, resourceHints(message))] };
  }
}

/** Errors about outs that a stage did not leave. */
export function missingOuts(stage: Stage): Diagnostic[] {
  return stage.outs.filter(({ path }) => !exists(path)).map((out) => ({
    ...failure(stage, `did not write ${out.relative}, which it declares`),
    range: out.range,
  }));
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
