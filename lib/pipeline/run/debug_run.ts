import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { shellWord } from "../shell_word.ts";
import type { Event } from "./event.ts";
import { missingOuts } from "./executor.ts";
import { failure, LogTail } from "./failure.ts";
import type { Job } from "./job.ts";
import { moduleProcess, runModule, stageSandbox } from "./module_run.ts";
import { shellEnvironment, userShell } from "./shell.ts";

/** A run of a stage for somebody who looks at it: nothing of it is kept by the engine. */
export interface DebugRun {
  /** Whose paths lie where its outs may be written over. */
  readonly stage: Stage;
  /** With what it runs. */
  readonly job: Job;
  /** Absolute path of a folder for files of this run. */
  readonly folder: string;
  /** Gets what a module does. */
  readonly emit: (event: Event) => void;
  /** Ends a module. */
  readonly signal: AbortSignal;
}

/**
 * Runs a stage with this process's own terminal: a command has its input and output, so that a debugger can be talked to.
 *
 * @param args further words of the last command
 * @returns why it failed; empty: it did not
 */
export async function debugStage(run: DebugRun, args: readonly string[]): Promise<Diagnostic[]> {
  const { stage } = run;
  makeFolders(stage);
  const diagnostics = stage.action.kind === "run"
    ? await runModule({ ...run, log: new LogTail() })
    : await runLines(stage, run.job.root, args);
  return diagnostics.length > 0 ? diagnostics : missingOuts(stage);
}

/**
 * Opens a shell in the stage's folder, with its environment.
 *
 * @param script absolute path of what runs the stage there, see {@linkcode writeScript}
 * @returns the shell's exit code
 */
export async function debugShell({ stage, job }: DebugRun, script: string): Promise<number> {
  makeFolders(stage);
  const environment = { ...shellEnvironment(stage, job.root), ...terminalVariables(), STAGE_RUN: script };
  return await interact(userShell().command, [], stage.wdir, environment);
}

/** Writes a script that runs the stage as the engine does. */
export async function writeScript({ stage, job, folder }: DebugRun, args: readonly string[]): Promise<string> {
  const path = join(folder, "run");
  writeFileSync(
    path,
    `#!/bin/sh\nset -e\ncd ${shellWord(stage.wdir)}\n${await scriptText(stage, job, folder, args)}\n`,
    {
      mode: 0o755,
    },
  );
  return path;
}

async function scriptText(stage: Stage, job: Job, folder: string, args: readonly string[]): Promise<string> {
  if (stage.action.kind === "cmd") {
    const { command, args: options } = userShell();
    return withArguments(stage.action.lines, args).map((line) => [command, ...options, line].map(shellWord).join(" "))
      .join("\n");
  }
  const process = moduleProcess(stage, job, await stageSandbox(stage, job));
  const request = join(folder, "request.json");
  writeFileSync(request, process.input);
  const environment = Object.entries(process.environment).map(([name, value]) => `${name}=${shellWord(value)}`);
  return [
    `exec env -i ${environment.join(" ")} \\`,
    `  ${[process.command, ...process.args].map(shellWord).join(" ")} < ${shellWord(request)}`,
  ].join("\n");
}

function makeFolders({ wdir, outs }: Stage): void {
  for (const folder of [wdir, ...outs.map(({ path }) => dirname(path))]) mkdirSync(folder, { recursive: true });
}

async function runLines(stage: Stage, root: string, args: readonly string[]): Promise<Diagnostic[]> {
  if (stage.action.kind !== "cmd") throw new Error(`${stage.name} has no cmd`);
  const shell = userShell();
  const environment = { ...shellEnvironment(stage, root), ...terminalVariables() };
  for (const line of withArguments(stage.action.lines, args)) {
    const code = await interact(shell.command, [...shell.args, line], stage.wdir, environment);
    if (code !== 0) return [failure(stage, `failed: \`${line}\` ended with exit code ${code}`)];
  }
  return [];
}

/** The commands, the last one with further words. */
function withArguments(lines: readonly string[], args: readonly string[]): string[] {
  return lines.map((line, index) => index < lines.length - 1 ? line : [line, ...args.map(shellWord)].join(" "));
}

/** What programs need to draw on this terminal. */
function terminalVariables(): Record<string, string> {
  const found = ["TERM", "COLORTERM", "LANG"].map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Runs a program on this process's terminal. A Ctrl-C reaches it alone, a SIGTERM is passed on. */
async function interact(
  command: string,
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
  const child = new Deno.Command(command, { args: [...args], cwd: folder, env, clearEnv: true, ...streams }).spawn();
  const stay = (): void => {};
  const end = (): void => child.kill("SIGTERM");
  Deno.addSignalListener("SIGINT", stay);
  Deno.addSignalListener("SIGTERM", end);
  try {
    return (await child.status).code;
  } finally {
    Deno.removeSignalListener("SIGINT", stay);
    Deno.removeSignalListener("SIGTERM", end);
  }
}
