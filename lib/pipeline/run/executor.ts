import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { setAside } from "./aside.ts";
import { runCommands } from "./command_run.ts";
import type { Event } from "./event.ts";
import { failure, LogTail, spaceHint, withRetry } from "./failure.ts";
import type { Job, Outcome } from "./job.ts";
import { runModule } from "./module_run.ts";

/**
 * Runs one stage. Its previous outs are out of the way meanwhile, and back in place unless it succeeds: it ran to its end,
 * reached for nothing undeclared, left every out, and `job.commit` took them over.
 *
 * @param emit gets `stage progress`, `stage output` and `stage warning` events
 * @param signal ends the stage: SIGTERM, and SIGKILL after `job.grace`
 */
export async function execute(
  stage: Stage,
  job: Job,
  emit: (event: Event) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  if (signal.aborted) return { kind: "cancelled", seconds: 0 };
  const diagnostics = await attempt(stage, job, emit, signal);
  if (diagnostics.length === 0) return { kind: "succeeded", seconds: seconds() };
  if (signal.aborted) return { kind: "cancelled", seconds: seconds() };
  return { kind: "failed", seconds: seconds(), diagnostics: withRetry(diagnostics, stage, job.retry) };
}

async function attempt(
  stage: Stage,
  job: Job,
  emit: (event: Event) => void,
  cancelled: AbortSignal,
): Promise<Diagnostic[]> {
  if (!await isDirectory(stage.wdir)) return [failure(stage, `cannot run: there is no folder ${stage.wdir}`)];
  const limit = stage.resources.time > 0 ? AbortSignal.timeout(stage.resources.time * 1000) : undefined;
  const log = new LogTail();
  const run = {
    stage,
    job,
    log,
    signal: limit === undefined ? cancelled : AbortSignal.any([cancelled, limit]),
    emit(event: Event): void {
      if (event.kind === "stage output") log.add(event.text);
      emit(event);
    },
  };
  const aside = await setAside(job.scratch, stage).catch(String);
  if (typeof aside === "string") return [failure(stage, `cannot run: ${aside}`, spaceHint(aside))];
  try {
    const runAction = stage.action.kind === "run" ? runModule : runCommands;
    const diagnostics = await runAction({ ...run, note: aside.note });
    if (limit?.aborted && !cancelled.aborted) {
      diagnostics.splice(0, Infinity, failure(stage, `took longer than its ${stage.resources.time} s`, log.hints()));
    }
    if (diagnostics.length === 0 && !cancelled.aborted) diagnostics.push(...await missingOuts(stage, log));
    if (diagnostics.length === 0 && !cancelled.aborted) {
      await job.commit();
      await aside.discard();
      return [];
    }
    await aside.restore();
    // A cancelled stage that ended in good order is not committed either: it was asked to stop early.
    return diagnostics.length > 0 ? diagnostics : [failure(stage, "was cancelled")];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const diagnostics = [failure(stage, `failed: ${message}`, [...spaceHint(message), ...log.hints()])];
    await aside.restore();
    return diagnostics;
  }
}

async function missingOuts(stage: Stage, log: LogTail): Promise<Diagnostic[]> {
  const missing: Diagnostic[] = [];
  for (const out of stage.outs) {
    try {
      await Deno.lstat(out.path);
    } catch {
      missing.push({
        ...failure(stage, `did not write ${out.relative}, which it declares`, log.hints()),
        range: out.range,
      });
    }
  }
  return missing;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
