import { runMark } from "./orphans.ts";
import { type OutputReaders, readOutput } from "./record_stream.ts";

/** A process to run. */
export interface ProcessOptions {
  /** A path, or a name to be looked up. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Absolute folder it runs in. */
  readonly folder: string;
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** All of its standard input; empty unless given. */
  readonly input?: string;
  /** What becomes of its standard output. */
  readonly stdout: OutputReaders;
  /** What becomes of its standard error output. */
  readonly stderr: OutputReaders;
  /** What {@linkcode runMark} holds in its environment and in that of its children. */
  readonly mark?: string;
  /** Aborted: SIGTERM to the process and its children, SIGKILL after the grace. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly grace: number;
  /** Aborted: SIGKILL at once. */
  readonly kill?: AbortSignal | undefined;
}

/** How a process ended. */
export interface Ending {
  /** Its exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: Deno.Signal | null;
}

/** How long output is awaited from children that outlive the process, in milliseconds. */
const lingering = 500;

/**
 * Runs a process in a session of its own, so that a Ctrl-C of the terminal reaches the engine alone and a signal of the
 * engine reaches the process and all of its children. None of them outlives this call.
 *
 * @throws {Error} where it cannot be started; says which command and why
 */
export async function runProcess(options: ProcessOptions): Promise<Ending> {
  const child = spawn(options);
  const signalGroup = (signal: Deno.Signal): void => {
    try {
      Deno.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  let killer: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    signalGroup("SIGTERM");
    killer = setTimeout(() => signalGroup("SIGKILL"), options.grace);
  };
  options.signal.addEventListener("abort", end, { once: true });
  if (options.signal.aborted) end();
  const kill = (): void => signalGroup("SIGKILL");
  options.kill?.addEventListener("abort", kill, { once: true });
  if (options.kill?.aborted) kill();
  const outputs = Promise.all([
    readOutput(child.stdout, options.stdout),
    readOutput(child.stderr, options.stderr),
  ]);
  // Awaited below; a failure before that must not count as unhandled.
  outputs.catch(() => {});
  try {
    const [status] = await Promise.all([child.status, feed(child, options)]);
    // A child in the background may hold the output open: what it would still write must not reach the outs.
    const leftover = setTimeout(() => signalGroup("SIGKILL"), lingering);
    await outputs.finally(() => clearTimeout(leftover));
    // Nor one that does not.
    signalGroup("SIGKILL");
    return { code: status.code, signal: status.signal };
  } catch (error) {
    signalGroup("SIGKILL");
    throw error;
  } finally {
    clearTimeout(killer);
    options.signal.removeEventListener("abort", end);
    options.kill?.removeEventListener("abort", kill);
  }
}

function spawn(options: ProcessOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(options.command, {
      args: [...options.args],
      cwd: options.folder,
      env: { ...options.environment, ...options.mark === undefined ? {} : { [runMark]: options.mark } },
      clearEnv: true,
      stdin: options.input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    throw new Error(`cannot start ${options.command} in ${options.folder}: ${message(error)}`);
  }
}

/** Writes the input and closes it. */
async function feed(child: Deno.ChildProcess, options: ProcessOptions): Promise<void> {
  if (options.input === undefined) return;
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(options.input));
    await writer.close();
  } catch {
    // The process ended without reading; how it ended says why.
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
