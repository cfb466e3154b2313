import type { Diagnostic } from "../diagnostic.ts";
import { failure, killed, spaceHint } from "./failure.ts";
import { runProcess } from "./process.ts";
import { shellEnvironment, userShell } from "./shell.ts";
import { graceOf, outputReader, type StageRun } from "./stage_run.ts";

/** Runs the lines of a `cmd` stage, a shell process each, until one fails. Returns why it failed; empty: it did not. */
export async function runCommands(run: StageRun): Promise<Diagnostic[]> {
  const { stage, job, log } = run;
  if (stage.action.kind !== "cmd") throw new Error(`${stage.name} has no cmd`);
  const shell = userShell();
  const environment = shellEnvironment(stage, job.root);
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
    if (signal !== null && !run.signal.aborted) return [killed(stage, signal)];
    if (code !== 0) {
      return [failure(stage, `failed: \`${line}\` ended with exit code ${code}`, spaceHint(log.hints().join()))];
    }
  }
  return [];
}
