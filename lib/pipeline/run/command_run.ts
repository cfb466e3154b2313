import type { Diagnostic } from "../diagnostic.ts";
import { constants } from "node:os";
import { deviceEnvironment } from "./devices.ts";
import { failure, resourceHints, signalHints } from "./failure.ts";
import { runProcess } from "../process/process.ts";
import { shellEnvironment, userShell } from "./shell.ts";
import { graceOf, outputReader, type StageRun } from "./stage_run.ts";

/** Runs the lines of a `cmd` stage, a shell process each, until one fails. Returns why it failed; empty: it did not. */
export async function runCommands(run: StageRun): Promise<Diagnostic[]> {
  const { stage, job, log } = run;
  if (stage.action.kind !== "cmd") throw new Error(`${stage.name} has no cmd`);
  const shell = userShell();
  const environment = { ...shellEnvironment(stage, job.root), ...deviceEnvironment(stage, job.devices) };
  for (const line of stage.action.lines) {
    if (run.signal.aborted) return [failure(stage, "was cancelled")];
    const { code, signal } = await runProcess({
      command: shell.command,
      args: [...shell.args, line],
      folder: stage.wdir,
      environment,
      stdout: outputReader(run, "stdout"),
      stderr: outputReader(run, "stderr"),
      mark: run.folder,
      signal: run.signal,
      grace: graceOf(job),
      kill: job.kill,
    });
    if (code === 0) continue;
    // A shell that outlives what a signal ended says so by its exit code.
    const killer = signal ?? signalOf(code - 128);
    const cause = signal === null
      ? `failed: \`${line}\` ended with exit code ${code}${killer === undefined ? "" : `, which stands for ${killer}`}`
      : `was killed by ${signal}`;
    const hints = resourceHints(log.text);
    return [failure(stage, cause, hints.length > 0 || killer === undefined ? hints : signalHints(killer))];
  }
  return [];
}

/** The signal of a number. */
function signalOf(number: number): Deno.Signal | undefined {
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  return known?.[0] as Deno.Signal | undefined;
}
