import type { Diagnostic } from "../diagnostic.ts";
import { runCommands } from "./command_run.ts";
import { failure } from "./failure.ts";
import { runModule } from "./module_run.ts";
import type { StageRun } from "./stage_run.ts";
import { after } from "./timer.ts";

/** Runs a stage's module or commands in processes of this machine, within its time. Returns why it failed; empty: it did not. */
export async function runAction(run: StageRun): Promise<Diagnostic[]> {
  const { stage, job, signal: cancelled } = run;
  const { time } = stage.resources;
  const limit = new AbortController();
  using _limit = time > 0 ? after(time * 1000, () => limit.abort()) : undefined;
  const limited = { ...run, signal: AbortSignal.any([cancelled, limit.signal]) };
  const diagnostics = await (stage.action.kind === "run" ? runModule(limited) : runCommands(limited));
  if (!limit.signal.aborted || cancelled.aborted) return diagnostics;
  const remedy = job.state === undefined
    ? "Raise that, or give it less to do"
    : "The next repro resumes it; or raise that";
  return [failure(stage, `took longer than the ${time} s of its resources.time`, [remedy])];
}
