import { readFileSync } from "node:fs";
import type { Diagnostic } from "../diagnostic.ts";
import type { RemoteAddress, Stage } from "../file/pipeline.ts";
import { type Aside, resumeAside, setAside } from "../run/aside.ts";
import { type Cluster, type ClusterOptions, Departure, type Wanted } from "../run/cluster.ts";
import type { Place } from "../run/executor.ts";
import { failure } from "../run/failure.ts";
import type { Job } from "../run/job.ts";
import type { ActionEnd, StageRun } from "../run/stage_run.ts";
import { sha256 } from "../store/hash.ts";
import { restoreOuts } from "../store/outs.ts";
import { StoreError } from "../store/store_error.ts";
import { SlurmClient } from "./client.ts";
import { resourceFlags } from "./flags.ts";
import { Courier } from "./courier.ts";
import { accident, actionEnd, type JobEnd } from "./job_end.ts";
import { Monitor } from "./monitor.ts";
import { parcelKey } from "./parcel.ts";
import { stageIn } from "./staging.ts";
import { pipelineName, type PlacedTask, Submissions, submissionsFolder } from "./submissions.ts";
import { Submitter } from "./submitter.ts";
import { waitText } from "./waiting.ts";
import { type DepsRecord, type Placed, SourceReader, taskFiles, workText } from "./work.ts";

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
  /** By the address of their remote, as JSON. */
  readonly #couriers = new Map<string, Courier>();
  /** Of this pipeline, by stage. */
  readonly #tasks = new Map<string, PlacedTask>();

  /** Reads what jobs there are; Slurm is not asked yet. */
  constructor(options: ClusterOptions) {
    const { workspace, pipeline, emit } = options;
    this.#options = options;
    this.#pipeline = pipelineName(workspace, pipeline);
    this.#submissions = new Submissions(submissionsFolder(workspace));
    this.#submitter = new Submitter(this.#client, this.#submissions);
    this.#monitor = new Monitor(this.#client, {
      silent(isSilent): void {
        const message = isSilent
          ? "Slurm does not answer; its jobs may go on meanwhile, and it is asked again"
          : "Slurm answers again";
        emit({ kind: "run warning", time: Date.now(), diagnostic: { severity: "warning", message } });
      },
      waiting({ waiting, begun }): void {
        for (const [reason, stages] of waiting) {
          emit({ kind: "stages waiting", time: Date.now(), stages, reason, text: waitText(reason) });
        }
        if (begun.length > 0) emit({ kind: "stages begun", time: Date.now(), stages: begun });
      },
    });
    this.#submissions.sweep();
    for (const task of this.#submissions.read()) {
      if (task.pipeline === this.#pipeline) this.#tasks.set(task.stage, task);
    }
  }

  async settle(stage: string, wanted: Wanted | undefined): Promise<"live" | "ended" | "none"> {
    const task = this.#tasks.get(stage);
    if (task === undefined) return "none";
    const isWanted = wanted !== undefined && matches(task, wanted) && !this.#submissions.isRefused(task);
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

  place(wanted: Wanted): Place {
    const before: string[] = [];
    return {
      begin: (stage, job) => this.#begin(stage, job),
      run: (run) => this.#run(run, wanted, before),
      end: (stage) => {
        const task = this.#tasks.get(stage.name);
        if (task !== undefined) this.#drop(task);
      },
    };
  }

  async submit(stage: Stage, job: Job, wanted: Wanted, after: readonly string[]): Promise<string> {
    if (await this.settle(stage.name, wanted) === "live") {
      const task = this.#tasks.get(stage.name)!;
      // What it waits for may have been submitted anew, so that it waits in vain.
      if (after.every((id) => task.after?.includes(id))) return task.job!;
      await this.settle(stage.name, undefined);
    }
    const aside = await setAside(job.scratch, stage);
    try {
      const task = await this.#submit({ stage, job, folder: aside.folder }, wanted, [], after);
      this.#tasks.set(stage.name, task);
      return task.job!;
    } catch (error) {
      await aside.restore();
      throw error;
    }
  }

  async #begin(stage: Stage, job: Job): Promise<Aside> {
    const task = this.#tasks.get(stage.name);
    const aside = task && await resumeAside(task.aside);
    if (aside !== undefined) return aside;
    if (task !== undefined) this.#drop(task);
    return await setAside(job.scratch, stage);
  }

  async #run(run: StageRun, wanted: Wanted, before: string[]): Promise<ActionEnd> {
    const { stage, emit } = run;
    const attached = this.#tasks.get(stage.name);
    const task = attached ?? await this.#submit(run, wanted, before);
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
    const cause = accident(task, end) ?? vainness(task, end, wanted);
    if (cause !== undefined && task.before.length < RETRIES) {
      before.splice(0, before.length, ...task.before, cause);
      this.#submissions.withdraw(task);
      // The node may still be at work, though Slurm has lost it.
      if (end.entry?.state.endsWith("FAIL")) await new Promise((proceed) => setTimeout(proceed, FENCE));
      return { diagnostics: actionEnd(stage, task, end).diagnostics, again: true };
    }
    const ended = actionEnd(stage, task, end);
    return ended.diagnostics.length > 0 ? ended : { ...ended, diagnostics: await this.#takeOuts(stage, task) };
  }

  /** Puts outs in place that a job has left in the cache alone. Returns why that did not work; empty: it did. */
  async #takeOuts(stage: Stage, { outs }: PlacedTask): Promise<readonly Diagnostic[]> {
    if (outs === undefined) return [];
    const placed: readonly Placed[] = JSON.parse(readFileSync(outs, "utf8"));
    const records = stage.outs.flatMap(({ path, relative }) => {
      const record = placed.find((one) => one.path === path)?.record;
      return record === undefined ? [] : [{ ...record, path: relative }];
    });
    const { restored, diagnostics } = await restoreOuts(this.#options.workspace, stage.outs, records);
    if (restored) return [];
    return [failure(stage, "left outs that the cache does not have whole", diagnostics.map(({ message }) => message))];
  }

  /**
   * The jobs that come before a stage, where they leave their outs where it looks for them.
   *
   * @throws {StoreError} where one does not
   */
  #before(stage: Stage, jobs: readonly string[]): PlacedTask[] {
    const before = [...this.#tasks.values()].filter(({ job }) => job !== undefined && jobs.includes(job));
    const here = placeOfOuts(stage.scratch, this.#options.carrier);
    const other = before.find(({ outs, carrier }) => placeOfOuts(outs, carrier) !== here);
    if (other === undefined) return before;
    const there = placeOfOuts(other.outs, other.carrier);
    throw new StoreError(
      `${stage.name} cannot be submitted yet: it looks in ${here} for the outs of ${other.stage}, whose job leaves them in ${there}`,
      [`The next repro runs it once ${other.stage} is done; or have both run with slurm.scratch`],
    );
  }

  async #submit(
    { stage, job, folder }: Pick<StageRun, "stage" | "job" | "folder">,
    { fingerprint, apart }: Wanted,
    before: readonly string[],
    after: readonly string[] = [],
  ): Promise<PlacedTask> {
    const { code, resolutions, root, state } = job;
    const modules = Object.fromEntries((code?.files ?? []).map((path) => [path, sha256(readFileSync(path))]));
    const spoken = {
      root,
      ...code && { code },
      ...resolutions && { resolutions },
      ...state !== undefined && { state },
    };
    const notesDeps = fingerprint === undefined;
    const { workspace } = this.#options;
    const earlier = this.#before(stage, after);
    const scratch = stage.scratch === undefined ? undefined : {
      ...await stageIn(workspace, stage, job, stage.scratch, earlier.flatMap(({ outs }) => outs ?? [])),
      outs: this.#submissions.outsPath(),
    };
    const carrier = scratch && this.#options.carrier;
    const carried = carrier && { before: earlier.map((task) => parcelKey(task, "end")) };
    const work = workText({
      schema: 1,
      stage,
      job: spoken,
      folder,
      modules,
      notesDeps,
      ...scratch && { scratch },
      ...carried && { carried },
    });
    const task = { pipeline: this.#pipeline, stage: stage.name, apart, aside: folder, before: [...before] };
    return await this.#submitter.submit({
      task: {
        ...task,
        ...notesDeps ? { after } : { fingerprint },
        ...scratch && { outs: scratch.outs },
        ...carrier && { carrier },
      },
      group: stage.group,
      flags: [...resourceFlags(stage.resources), ...dependencyFlags(after)],
      // A node may not have the project.
      begins: carrier ? "/" : scratch ? workspace.folder : workspace.root,
      ...carrier && { distance: { carrier, within: scratch.within } },
      work,
      intended: async (task) => {
        await (await resumeAside(folder))?.entrust(task.folder);
        if (carrier) await this.#courier(carrier).send(task, work, scratch.inputs);
      },
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
        ...task.carrier && { collect: () => this.#collect(task, task.carrier!) },
      });
    } finally {
      signal.removeEventListener("abort", cancel);
      job.kill?.removeEventListener("abort", kill);
    }
  }

  /** Brings what a job has left here; where that does not work for now, it is told, and the next engine tries it. */
  async #collect(task: PlacedTask, carrier: RemoteAddress): Promise<boolean> {
    const problem = await this.#courier(carrier).collect(task);
    if (problem === undefined) return true;
    const diagnostic = { severity: "warning", message: problem, hints: [] } as const;
    this.#options.emit({ kind: "run warning", time: Date.now(), diagnostic });
    return false;
  }

  #courier(carrier: RemoteAddress): Courier {
    const key = JSON.stringify(carrier);
    const courier = this.#couriers.get(key) ?? new Courier(this.#options.workspace, carrier);
    this.#couriers.set(key, courier);
    return courier;
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

function dependencyFlags(after: readonly string[]): string[] {
  return after.length === 0 ? [] : [`--dependency=afterok:${after.join(":")}`, "--kill-on-invalid-dep=yes"];
}

/** Where a job leaves its outs and looks for those of others, for people; `scratch`: absent where it runs in the project. */
function placeOfOuts(scratch: string | undefined, carrier: RemoteAddress | undefined): string {
  if (scratch === undefined) return "the project";
  return carrier === undefined ? "the cache" : `the remote ${carrier.name}`;
}

/** Whether a job is of the stage as it is now. */
function matches(task: PlacedTask, { fingerprint, apart, deps }: Wanted): boolean {
  if (task.fingerprint !== undefined) return task.fingerprint === fingerprint;
  if (task.apart !== apart) return false;
  const noted = notedDeps(task);
  // Of one that has yet to begin, what it reads is what the stages before it leave.
  return noted === undefined || fingerprint === undefined || deps.every(({ path, sha256 }) => noted[path] === sha256);
}

/** Why what a job left is of no use, though neither the stage nor the machine is to blame; undefined: that is not so. */
function vainness(task: PlacedTask, { entry }: JobEnd, wanted: Wanted): string | undefined {
  if (task.fingerprint !== undefined) return undefined;
  if (notedDeps(task) === undefined && entry?.state === "CANCELLED") {
    return `job ${task.job} never began, since one that it waited for had not ended well`;
  }
  return matches(task, wanted) ? undefined : `job ${task.job} read other deps than are there now`;
}

function notedDeps({ folder }: PlacedTask): DepsRecord | undefined {
  try {
    return JSON.parse(readFileSync(taskFiles(folder).deps, "utf8"));
  } catch {
    // It has not begun.
    return undefined;
  }
}

/** Milliseconds in which a job notices that its work was taken away, and ends its stage. */
const FENCE = 3000;
/** Milliseconds in which Slurm ends what it is asked to kill. */
const KILLED = 5000;
