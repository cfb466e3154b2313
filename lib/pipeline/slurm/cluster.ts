import { readFileSync } from "node:fs";
import type { Stage } from "../file/pipeline.ts";
import { type Aside, resumeAside, setAside } from "../run/aside.ts";
import { type Cluster, type ClusterOptions, Departure } from "../run/cluster.ts";
import type { Place } from "../run/executor.ts";
import type { Job } from "../run/job.ts";
import type { ActionEnd, StageRun } from "../run/stage_run.ts";
import { sha256 } from "../store/hash.ts";
import { SlurmClient } from "./client.ts";
import { resourceFlags } from "./flags.ts";
import { accident, actionEnd, type JobEnd } from "./job_end.ts";
import { Monitor } from "./monitor.ts";
import { pipelineName, type PlacedTask, Submissions, submissionsFolder } from "./submissions.ts";
import { Submitter } from "./submitter.ts";
import { SourceReader, workText } from "./work.ts";

/** How often a stage is run again after what had nothing to do with it. */
const RETRIES = 3;

/** The cluster that this machine's Slurm programs know, with the jobs that an engine before this one left. */
export class Slurm implements Cluster {
  readonly #options: ClusterOptions;
  readonly #pipeline: string;
  readonly #client = new SlurmClient();
  readonly #submissions: Submissions;
  readonly #submitter: Submitter;
  readonly #monitor: Monitor;
  /** Of this pipeline, by stage. */
  readonly #tasks = new Map<string, PlacedTask>();

  /** Reads what jobs there are; Slurm is not asked yet. */
  constructor(options: ClusterOptions) {
    const { workspace, pipeline, emit } = options;
    this.#options = options;
    this.#pipeline = pipelineName(workspace, pipeline);
    this.#submissions = new Submissions(submissionsFolder(workspace));
    this.#submitter = new Submitter(this.#client, this.#submissions, workspace.root);
    this.#monitor = new Monitor(this.#client, (isSilent) => {
      const message = isSilent
        ? "Slurm does not answer; its jobs may go on meanwhile, and it is asked again"
        : "Slurm answers again";
      emit({ kind: "run warning", time: Date.now(), diagnostic: { severity: "warning", message } });
    });
    this.#submissions.sweep();
    for (const task of this.#submissions.read()) {
      if (task.pipeline === this.#pipeline) this.#tasks.set(task.stage, task);
    }
  }

  async settle(stage: string, fingerprint: string | undefined): Promise<"live" | "ended" | "none"> {
    const task = this.#tasks.get(stage);
    if (task === undefined) return "none";
    const isWanted = task.fingerprint === fingerprint && !this.#submissions.isRefused(task);
    if (isWanted && task.job !== undefined) return "live";
    const job = task.job ?? await this.#client.find(task.name);
    if (job !== undefined && isWanted) {
      this.#submissions.note(task.name, job).filter((placed) => placed.pipeline === this.#pipeline)
        .forEach((placed) => this.#tasks.set(placed.stage, placed));
      return "live";
    }
    if (job !== undefined) await this.#end({ ...task, job });
    await (await resumeAside(task.aside))?.restore();
    this.#drop(task);
    return "ended";
  }

  async tidy(stages: ReadonlySet<string>): Promise<void> {
    for (const name of this.#tasks.keys()) if (!stages.has(name)) await this.settle(name, undefined);
  }

  place(fingerprint: string): Place {
    const before: string[] = [];
    return {
      begin: (stage, job) => this.#begin(stage, job),
      run: (run) => this.#run(run, fingerprint, before),
      end: (stage) => {
        const task = this.#tasks.get(stage.name);
        if (task !== undefined) this.#drop(task);
      },
    };
  }

  async #begin(stage: Stage, job: Job): Promise<Aside> {
    const task = this.#tasks.get(stage.name);
    const aside = task && await resumeAside(task.aside);
    if (aside !== undefined) return aside;
    if (task !== undefined) this.#drop(task);
    return await setAside(job.scratch, stage);
  }

  async #run(run: StageRun, fingerprint: string, before: string[]): Promise<ActionEnd> {
    const { stage, emit } = run;
    const attached = this.#tasks.get(stage.name);
    const task = attached ?? await this.#submit(run, fingerprint, before);
    this.#tasks.set(stage.name, task);
    const because = task.before.at(-1);
    const job = task.job!;
    emit({
      kind: "stage submitted",
      time: Date.now(),
      stage: stage.name,
      job,
      attached: attached !== undefined,
      ...because !== undefined && { because },
    });
    const end = await this.#watch(run, { ...task, job });
    if (end === undefined) return { diagnostics: [], left: job };
    const cause = accident(task, end);
    if (cause !== undefined && task.before.length < RETRIES) {
      before.splice(0, before.length, ...task.before, cause);
      this.#submissions.withdraw(task);
      // The node may still be at work, though Slurm has lost it.
      if (end.entry?.state !== "PREEMPTED") await new Promise((proceed) => setTimeout(proceed, FENCE));
      return { diagnostics: actionEnd(stage, task, end).diagnostics, again: true };
    }
    return actionEnd(stage, task, end);
  }

  async #submit(run: StageRun, fingerprint: string, before: readonly string[]): Promise<PlacedTask> {
    const { stage, job: { code, resolutions, root, state }, folder } = run;
    const modules = Object.fromEntries((code?.files ?? []).map((path) => [path, sha256(readFileSync(path))]));
    const job = { root, ...code && { code }, ...resolutions && { resolutions }, ...state !== undefined && { state } };
    return await this.#submitter.submit({
      task: { pipeline: this.#pipeline, stage: stage.name, fingerprint, aside: folder, before: [...before] },
      group: stage.group,
      flags: resourceFlags(stage.resources),
      work: workText({ schema: 1, stage, job, folder, modules }),
      intended: async (task) => await (await resumeAside(folder))?.entrust(task.folder),
    });
  }

  /** Waits for the end of a job, and brings it about where the stage is cancelled; undefined: the engine leaves it. */
  async #watch(
    { stage, job, emit, log, signal }: StageRun,
    task: PlacedTask & { job: string },
  ): Promise<JobEnd | undefined> {
    const leaving = new AbortController();
    const cancel = (): void => {
      if (signal.reason instanceof Departure) leaving.abort();
      else this.#client.cancel([task.job]).catch(() => leaving.abort());
    };
    const kill = (): void => {
      // A second request: what Slurm does not end at once is left to the next engine, which knows of it.
      this.#client.cancel([task.job], true).catch(() => {});
      setTimeout(() => leaving.abort(), KILLED);
    };
    signal.addEventListener("abort", cancel, { once: true });
    job.kill?.addEventListener("abort", kill, { once: true });
    if (signal.aborted) cancel();
    try {
      return await this.#monitor.watch({
        task,
        reader: new SourceReader(stage),
        emit(event, isOld): void {
          if (event.kind !== "stage output" || !isOld) emit(event);
          else log.add(event.text);
        },
        signal: leaving.signal,
      });
    } finally {
      signal.removeEventListener("abort", cancel);
      job.kill?.removeEventListener("abort", kill);
    }
  }

  /** Ends a job that nobody wants any more, and waits for that. */
  async #end(task: PlacedTask & { job: string }): Promise<void> {
    await this.#client.cancel([task.job]);
    const { emit } = this.#options;
    const message =
      `${task.stage} has changed since it was submitted, or is not wanted any more: its Slurm job ${task.job} is cancelled`;
    emit({ kind: "run warning", time: Date.now(), diagnostic: { severity: "warning", message } });
    const reader = { read: <T>(text: string): T => JSON.parse(text) } as SourceReader;
    await this.#monitor.watch({ task, reader, emit: () => {}, signal: new AbortController().signal });
  }

  #drop(task: PlacedTask): void {
    this.#tasks.delete(task.stage);
    this.#submissions.drop(task);
  }
}

/** Milliseconds in which a job notices that its work was taken away, and ends its stage. */
const FENCE = 3000;
/** Milliseconds in which Slurm ends what it is asked to kill. */
const KILLED = 5000;
