import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import { type Aside, setAside } from "./aside.ts";
import { runCommands } from "./command_run.ts";
import type { Event } from "./event.ts";
import { completed, failure, LogTail, resourceHints } from "./failure.ts";
import type { Job, Outcome } from "./job.ts";
import { runModule } from "./module_run.ts";
import type { StageRun } from "./stage_run.ts";
import { after } from "./timer.ts";

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
  const log = new LogTail();
  const diagnostics = await attempt(stage, job, emit, signal, log);
  if (diagnostics.length === 0) return { kind: "succeeded", seconds: seconds() };
  if (signal.aborted) return { kind: "cancelled", seconds: seconds() };
  return { kind: "failed", seconds: seconds(), diagnostics: completed(diagnostics, stage, log, job.retry) };
}

/** Runs the stage. Returns why it did not succeed; empty: it did. */
async function attempt(
  stage: Stage,
  job: Job,
  emit: (event: Event) => void,
  cancelled: AbortSignal,
  log: LogTail,
): Promise<Diagnostic[]> {
  if (!await isDirectory(stage.wdir)) return [failure(stage, `cannot run: there is no folder ${stage.wdir}`)];
  let aside: Aside | undefined;
  try {
    aside = await setAside(job.scratch, stage);
    const diagnostics = await runAction(stage, job, emit, cancelled, log, aside);
    if (diagnostics.length === 0 && !cancelled.aborted) diagnostics.push(...missingOuts(stage));
    // A cancelled stage that ended in good order is not committed either: it was asked to stop early.
    if (cancelled.aborted) diagnostics.push(failure(stage, "was cancelled"));
    if (diagnostics.length === 0) {
      await job.commit();
      await aside.discard();
    } else {
      await aside.restore();
    }
    return diagnostics;
  } catch (error) {
    await aside?.restore();
    if (error instanceof StoreError) {
      return error.diagnostics.map((diagnostic) => ({ range: stage.range, ...diagnostic }));
    }
    const message = error instanceof Error ? error.message : String(error);
    return [failure(stage, `failed: ${message}`, resourceHints(message))];
  }
}

async function runAction(
  stage: Stage,
  job: Job,
  emit: (event: Event) => void,
  cancelled: AbortSignal,
  log: LogTail,
  { folder }: Aside,
): Promise<Diagnostic[]> {
  const { time } = stage.resources;
  const limit = new AbortController();
  using _limit = time > 0 ? after(time * 1000, () => limit.abort()) : undefined;
  const run: StageRun = {
    stage,
    job,
    log,
    folder,
    signal: AbortSignal.any([cancelled, limit.signal]),
    emit(event: Event): void {
      if (event.kind === "stage output") log.add(event.text);
      emit(event);
    },
  };
  const diagnostics = await (stage.action.kind === "run" ? runModule(run) : runCommands(run));
  if (!limit.signal.aborted || cancelled.aborted) return diagnostics;
  const remedy = job.state === undefined
    ? "Raise that, or give it less to do"
    : "The next repro resumes it; or raise that";
  return [failure(stage, `took longer than the ${time} s of its resources.time`, [remedy])];
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
