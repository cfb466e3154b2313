/**
 * A rig for tests of the engine as people meet it: small real projects in temporary folders, the real command line in
 * processes of its own, and stage commands whose end the test controls.
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ControlledCommand } from "./rig_command.ts";

/** The command line's entry. */
export const CLI = fileURLToPath(new URL("../../lib/pipeline/cli.ts", import.meta.url));

/** The configuration under which the engine runs. */
export const CONFIGURATION = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** What a command line said and how it ended. */
export interface Finished {
  readonly code: number;
  /** Undefined unless a signal ended it. */
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Names of the stages that ran to their end, in the order of their ends. */
  readonly ran: string[];
  /** Names of the stages that were restored. */
  readonly restored: string[];
}

/** A command line that is running. */
export class Running {
  readonly #process: Deno.ChildProcess;
  readonly #stdout: Collected;
  readonly #stderr: Collected;

  constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#stdout = new Collected(process.stdout);
    this.#stderr = new Collected(process.stderr);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** What the standard output says so far. */
  get output(): string {
    return this.#stdout.text;
  }

  /** Sends a signal to the engine alone, not to the stages. */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Waits until the standard output matches. */
  async says(pattern: RegExp): Promise<void> {
    await this.#stdout.until(pattern);
  }

  /** Ends it if it has not ended. */
  async end(): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#process.status;
  }

  /**
   * Waits until it has ended.
   *
   * @throws {Error} with what it said, where it does not; it is killed then
   */
  async finish(): Promise<Finished> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const said = [this.#stdout.text, this.#stderr.text].join("\n");
      late.reject(new Error(`waited ${ENDLESS / 1000} s in vain for the end of a command line, which said:\n${said}`));
      void this.end();
    }, ENDLESS);
    // What it has started may hold its output open for longer than it lives.
    const ended = Promise.all([this.#process.status, this.#stdout.all, this.#stderr.all]);
    const [{ code, signal }, stdout, stderr] = await Promise.race([ended, late.promise])
      .finally(() => clearTimeout(timer));
    const names = (pattern: RegExp): string[] => [...stdout.matchAll(pattern)].map((match) => match[1]!);
    return {
      code,
      signal,
      stdout,
      stderr,
      ran: names(/^(\S+) finished in /gm),
      restored: names(/^(\S+) restored(?: from \S+)?: /gm),
    };
  }
}

/** A project in a temporary folder, removed when it is disposed of. */
export class Project implements AsyncDisposable {
  readonly folder: string;
  readonly #commands: ControlledCommand[] = [];
  readonly #running: Running[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a project: texts by path. */
  static async create(files: Readonly<Record<string, string>> = {}): Promise<Project> {
    const project = new Project(await Deno.realPath(await Deno.makeTempDir({ prefix: "pipeline-test-" })));
    // The root of the project, so that nothing above it is searched.
    await Deno.mkdir(join(project.folder, ".git"));
    for (const [path, text] of Object.entries(files)) await project.write(path, text);
    return project;
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  async write(path: string, text: string): Promise<void> {
    await Deno.mkdir(dirname(this.path(path)), { recursive: true });
    await Deno.writeTextFile(this.path(path), text);
  }

  /** Replaces a stretch of a file, which has to be there. */
  async edit(path: string, from: string, to: string): Promise<void> {
    const text = await this.read(path);
    if (!text.includes(from)) throw new Error(`${path} does not contain ${from}`);
    await this.write(path, text.replace(from, to));
  }

  async read(path: string): Promise<string> {
    return await Deno.readTextFile(this.path(path));
  }

  async exists(path: string): Promise<boolean> {
    try {
      await Deno.lstat(this.path(path));
      return true;
    } catch {
      return false;
    }
  }

  async remove(path: string): Promise<void> {
    await Deno.remove(this.path(path), { recursive: true });
  }

  /** Runs a command line to its end. */
  async run(...inputs: string[]): Promise<Finished> {
    return await this.start(...inputs).finish();
  }

  /** Starts a command line in the project's folder. */
  start(...inputs: string[]): Running {
    return this.startIn(".", {}, ...inputs);
  }

  /** Starts a command line in a folder of the project, with more environment variables. */
  startIn(folder: string, env: Readonly<Record<string, string>>, ...inputs: string[]): Running {
    const args = ["run", "-A", "--config", CONFIGURATION, CLI, ...inputs];
    return this.#spawn(Deno.execPath(), args, this.path(folder), env);
  }

  /** Starts a command line as a person would type it in the project's folder, who has this same Deno. */
  type(line: string, env: Readonly<Record<string, string>> = {}): Running {
    const path = `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;
    return this.#spawn("/bin/sh", ["-c", line], this.folder, { PATH: path, ...env });
  }

  #spawn(command: string, args: string[], cwd: string, more: Readonly<Record<string, string>>): Running {
    // These tests may be a task of Deno themselves; what they start is not.
    const { INIT_CWD: _, ...inherited } = Deno.env.toObject();
    const env = { ...inherited, NO_COLOR: "1", SHELL: "/bin/sh", ...more };
    const running = new Running(
      new Deno.Command(command, { args, cwd, env, clearEnv: true, stdin: "null", stdout: "piped", stderr: "piped" })
        .spawn(),
    );
    this.#running.push(running);
    return running;
  }

  /** A command for a stage, each of whose invocations the test awaits and ends. */
  command(): ControlledCommand {
    const command = ControlledCommand.listen(this.path(`.git/command-${this.#commands.length}.sock`));
    this.#commands.push(command);
    return command;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const command of this.#commands) command.close();
    // A test that failed leaves them.
    for (const running of this.#running) await running.end();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Milliseconds after which what was not said will not be, and what has not ended hangs. */
const [LATE, ENDLESS] = [120_000, 600_000];

/** What a stream gave so far, as plain text. */
class Collected {
  readonly all: Promise<string>;
  text = "";
  #changed = Promise.withResolvers<void>();
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.all = this.#collect(stream);
  }

  async until(pattern: RegExp): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#changed.resolve();
    }, LATE);
    try {
      while (!pattern.test(this.text)) {
        if (this.#ended) throw new Error(`the output ended without ${pattern}:\n${this.text}`);
        if (isLate) throw new Error(`waited in vain for ${pattern}:\n${this.text}`);
        await this.#changed.promise;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += stripVTControlCharacters(text);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    this.#ended = true;
    this.#changed.resolve();
    return this.text;
  }
}
