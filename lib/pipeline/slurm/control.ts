import { existsSync } from "node:fs";
import type { Event } from "../run/event.ts";
import type { Workspace } from "../store/workspace.ts";
import type { JobStatus } from "../run/cluster.ts";
import { StoreError } from "../store/store_error.ts";
import { type QueueEntry, SlurmClient } from "./client.ts";
import { GrowingLines } from "./log.ts";
import { pipelineName, type PlacedTask, Submissions, submissionsFolder } from "./submissions.ts";
import { taskFiles } from "./work.ts";

/** Milliseconds between looks at a log that is followed. */
const LOOK = 200;

/** Jobs as somebody sees them who is not the engine that submitted them. */
export class JobControl {
  readonly #submissions: Submissions;
  readonly #pipeline: string;
  readonly #client = new SlurmClient();

  /**
   * Reads nothing yet.
   *
   * @param pipeline absolute path of the pipeline file
   */
  constructor(workspace: Workspace, pipeline: string) {
    this.#submissions = new Submissions(submissionsFolder(workspace));
    this.#pipeline = pipelineName(workspace, pipeline);
  }

  /** The jobs of stages that have yet to be taken over. */
  jobs(stages: ReadonlySet<string>): PlacedTask[] {
    return this.#submissions.read().filter(({ pipeline, stage }) => pipeline === this.#pipeline && stages.has(stage));
  }

  /**
   * How the jobs of stages are, by stage; Slurm is asked once, where there are any.
   *
   * @returns `UNKNOWN` where Slurm does not answer or is not here
   */
  async statuses(stages: ReadonlySet<string>): Promise<ReadonlyMap<string, JobStatus>> {
    const tasks = this.jobs(stages);
    const submitted = tasks.flatMap(({ job, name }) =>
      job === undefined ? [] : [[job.replace(/_.*/, ""), name] as const]
    );
    const entries = submitted.length === 0 ? undefined : await this.#queue(new Map(submitted));
    return new Map(tasks.map(({ stage, job, folder }) => {
      const { state, reason } = entries?.get(job ?? "") ?? { state: "UNKNOWN", reason: "None" };
      // What the job itself has left is known without Slurm.
      const known = existsSync(taskFiles(folder).exit) ? "COMPLETED" : state;
      return [stage, {
        ...job !== undefined && { id: job },
        state: known,
        ...known === "PENDING" && reason !== "None" && { reason },
      }];
    }));
  }

  async #queue(jobs: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, QueueEntry> | undefined> {
    try {
      return await this.#client.queue(jobs);
    } catch (error) {
      if (error instanceof StoreError) return undefined;
      throw error;
    }
  }

  /**
   * Ends jobs: the engine that waits for one tells that it was cancelled, the next one begins its stage anew.
   *
   * @returns those that Slurm has, or had
   * @throws {StoreError} where Slurm does not answer
   */
  async cancel(jobs: readonly PlacedTask[]): Promise<PlacedTask[]> {
    const known = await Promise.all(jobs.map(async (task) => {
      const job = task.job ?? await this.#client.find(task.name);
      return job === undefined ? task : { ...task, job };
    }));
    for (const task of jobs) this.#submissions.refuse(task);
    const ended = known.filter(({ job }) => job !== undefined);
    await this.#client.cancel(ended.map(({ job }) => job!));
    return ended;
  }

  /**
   * The log of a stage's job that runs, else of the last one that did.
   *
   * @param follow true: until the job has ended
   * @returns undefined where there was none
   */
  log(stage: string, follow: boolean): AsyncIterable<string> | undefined {
    const [task] = this.jobs(new Set([stage]));
    const last = this.#submissions.logPath({ pipeline: this.#pipeline, stage }, "jsonl");
    if (task === undefined && !existsSync(last)) return undefined;
    const files = task && taskFiles(task.folder);
    return linesOf(
      files?.events ?? last,
      () => !follow || files === undefined || !existsSync(files.work) || existsSync(files.exit),
    );
  }
}

async function* linesOf(path: string, isOver: () => boolean): AsyncGenerator<string> {
  using lines = new GrowingLines(path);
  while (true) {
    const over = isOver();
    for (const line of lines.read()) {
      const event = parsed(line);
      if (event?.kind === "stage output") yield event.text;
    }
    if (over) return;
    await new Promise((proceed) => setTimeout(proceed, LOOK));
  }
}

function parsed(line: string): Event | undefined {
  try {
    return JSON.parse(line);
  } catch {
    // Torn by a kill.
    return undefined;
  }
}
