import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../store/durable_file.ts";
import { taskFiles } from "./work.ts";

/** What is known of a stage's job, on disk, from before the job is submitted until its outs are taken over or given up. */
export interface Task {
  /** The pipeline file, relative to the root of the project. */
  readonly pipeline: string;
  /** The stage's name. */
  readonly stage: string;
  /** Of the stage as it was judged. */
  readonly fingerprint: string;
  /** Absolute folder of what was set aside. */
  readonly aside: string;
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

  /**
   * Makes the folders where there are none.
   *
   * @param folder absolute, `.pipeline/slurm`
   */
  constructor(folder: string) {
    this.#folder = join(folder, "jobs");
    this.#logs = join(folder, "logs");
    mkdirSync(this.#folder, { recursive: true });
    mkdirSync(this.#logs, { recursive: true });
  }

  /** All whose outs have not been taken over or given up. */
  read(): PlacedTask[] {
    return readdirSync(this.#folder).flatMap((name) => this.#read(name));
  }

  /**
   * Writes an intent, durably: whatever happens from here on, the next engine knows of it.
   *
   * @param name the job's
   * @param script the text of the job's script by the folder of the submission
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
    return this.#read(name);
  }

  /** Takes the work of a task away: a node that is still at it stops, one that has yet to begin does nothing. */
  withdraw({ folder }: PlacedTask): void {
    rmSync(taskFiles(folder).work, { force: true });
  }

  /** Forgets a task, but for its log. */
  drop(task: PlacedTask): void {
    const { events, log } = taskFiles(task.folder);
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

  #read(name: string): PlacedTask[] {
    const folder = join(this.#folder, name);
    try {
      const record: SubmissionRecord = JSON.parse(readFileSync(join(folder, "submission.json"), "utf8"));
      const noted = join(folder, "job");
      return this.#placed(name, record.tasks, existsSync(noted) ? readFileSync(noted, "utf8") : undefined);
    } catch {
      // Killed before the intent was whole: nothing was submitted.
      rmSync(folder, { recursive: true, force: true });
      return [];
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
