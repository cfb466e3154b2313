import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { RemoteAddress } from "../file/pipeline.ts";
import { writeDurably } from "../store/durable_file.ts";
import type { Workspace } from "../store/workspace.ts";
import { taskFiles } from "./work.ts";

/** Where a workspace has its submissions. */
export function submissionsFolder({ folder }: Pick<Workspace, "folder">): string {
  return join(folder, "slurm");
}

/** The name of a pipeline file at an absolute path. */
export function pipelineName({ root }: Pick<Workspace, "root">, pipeline: string): string {
  return relative(root, pipeline).split(sep).join("/");
}

/** What is known of a stage's job, on disk, from before the job is submitted until its outs are taken over or given up. */
export interface Task {
  /** The pipeline file, relative to the root of the project. */
  readonly pipeline: string;
  /** The stage's name. */
  readonly stage: string;
  /** Of the stage as it was judged; absent where what it reads was yet to be made: the job then notes what that is. */
  readonly fingerprint?: string;
  /** The same apart from what it reads. */
  readonly apart: string;
  /** Absolute folder of what was set aside. */
  readonly aside: string;
  /** The jobs that have to end well first, where what it reads was yet to be made. */
  readonly after?: readonly string[];
  /** Absolute path of the file in which the outs are noted, where they are in the cache alone. */
  readonly outs?: string;
  /** The remote over which its node gets and leaves files; absent where that sees the workspace. */
  readonly carrier?: RemoteAddress;
  /** Why the jobs before this one of the same run ended, oldest first. */
  readonly before: readonly string[];
}

/** A task in its place. */
export interface PlacedTask extends Task {
  /** Absolute folder of its files. */
  readonly folder: string;
  /** The job's name, which no other job has. */
  readonly name: string;
  /** Its position, where the job is an array. */
  readonly index?: number;
  /** The id of the job, `12`, or of the array's task, `12_3`; absent until Slurm is known to have taken it. */
  readonly job?: string;
}

interface SubmissionRecord {
  readonly schema: 1;
  readonly tasks: readonly Task[];
}

/** The submissions of a workspace: a folder for each job, in it one for each stage. */
export class Submissions {
  readonly #folder: string;
  readonly #logs: string;
  readonly #outs: string;

  /**
   * Reads and writes nothing yet.
   *
   * @param folder absolute, `.pipeline/slurm`
   */
  constructor(folder: string) {
    this.#folder = join(folder, "jobs");
    this.#logs = join(folder, "logs");
    this.#outs = join(folder, "outs");
  }

  /** All whose outs have not been taken over or given up. */
  read(): PlacedTask[] {
    return this.#names().flatMap((name) => this.#read(name) ?? []);
  }

  /** Removes intents that were not whole when an engine was killed, so that nothing was submitted; this process is the writer. */
  sweep(): void {
    for (const name of this.#names()) {
      if (this.#read(name) === undefined) rmSync(join(this.#folder, name), { recursive: true, force: true });
    }
    if (this.#names().length === 0) rmSync(this.#outs, { recursive: true, force: true });
  }

  /**
   * Writes an intent, durably: whatever happens from here on, the next engine knows of it.
   *
   * @param name the job's
   * @param works what each task is to do, see `workText`
   */
  intend(name: string, tasks: readonly Task[], works: readonly string[]): { folder: string; tasks: PlacedTask[] } {
    const folder = join(this.#folder, name);
    for (const [index, text] of works.entries()) {
      const place = join(folder, String(index));
      mkdirSync(place, { recursive: true });
      writeDurably(taskFiles(place).work, text);
    }
    const record: SubmissionRecord = { schema: 1, tasks };
    writeDurably(join(folder, "submission.json"), JSON.stringify(record));
    return { folder, tasks: this.#placed(name, tasks, undefined) };
  }

  /** Notes the id that Slurm gave a job. */
  note(name: string, job: string): PlacedTask[] {
    writeDurably(join(this.#folder, name, "job"), job);
    return this.#read(name) ?? [];
  }

  /** Notes that somebody wants a task to end. */
  refuse({ folder }: PlacedTask): void {
    writeDurably(join(folder, "refused"), "");
  }

  /** Whether somebody wants it to end. */
  isRefused({ folder }: PlacedTask): boolean {
    return existsSync(join(folder, "refused"));
  }

  /** Takes the work of a task away: a node that is still at it stops, one that has yet to begin does nothing. */
  withdraw({ folder }: PlacedTask): void {
    rmSync(taskFiles(folder).work, { force: true });
  }

  /** A new path for a list of outs. It outlives its task, since jobs that wait may read it, and goes when no task is left. */
  outsPath(): string {
    return join(this.#outs, `${crypto.randomUUID()}.json`);
  }

  /** Forgets a task, but for its log. */
  drop(task: PlacedTask): void {
    const { events, log } = taskFiles(task.folder);
    mkdirSync(this.#logs, { recursive: true });
    for (const [path, kind] of [[events, "jsonl"], [log, "log"]] as const) {
      if (existsSync(path)) renameSync(path, this.logPath(task, kind));
    }
    rmSync(task.folder, { recursive: true, force: true });
    const folder = join(this.#folder, task.name);
    if (!readdirSync(folder).some((name) => /^\d+$/.test(name))) rmSync(folder, { recursive: true, force: true });
  }

  /** Where the log of a stage's last job is kept. */
  logPath({ pipeline, stage }: Pick<Task, "pipeline" | "stage">, kind: "jsonl" | "log"): string {
    return join(this.#logs, `${encodeURIComponent(`${pipeline}:${stage}`)}.${kind}`);
  }

  #names(): string[] {
    return existsSync(this.#folder) ? readdirSync(this.#folder) : [];
  }

  #read(name: string): PlacedTask[] | undefined {
    const folder = join(this.#folder, name);
    try {
      const record: SubmissionRecord = JSON.parse(readFileSync(join(folder, "submission.json"), "utf8"));
      const noted = join(folder, "job");
      return this.#placed(name, record.tasks, existsSync(noted) ? readFileSync(noted, "utf8") : undefined);
    } catch {
      return undefined;
    }
  }

  #placed(name: string, tasks: readonly Task[], job: string | undefined): PlacedTask[] {
    const isArray = tasks.length > 1;
    return tasks.map((task, index) => ({
      ...task,
      name,
      folder: join(this.#folder, name, String(index)),
      ...isArray && { index },
      ...job !== undefined && { job: isArray ? `${job}_${index}` : job },
    })).filter(({ folder }) => existsSync(folder));
  }
}
