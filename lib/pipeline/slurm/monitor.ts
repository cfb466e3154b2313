import { existsSync, readFileSync } from "node:fs";
import type { Event } from "../run/event.ts";
import type { QueueEntry, SlurmClient } from "./client.ts";
import { type JobEnd, succeeded } from "./job_end.ts";
import { isOver } from "./job_state.ts";
import { GrowingLines } from "./log.ts";
import type { PlacedTask } from "./submissions.ts";
import { WaitingJobs, type WaitingNews } from "./waiting.ts";
import { type ExitRecord, type SourceReader, taskFiles } from "./work.ts";

/** A job to watch. */
export interface Watch {
  /** Which. */
  readonly task: PlacedTask & { readonly job: string };
  /** Reads what it writes. */
  readonly reader: SourceReader;
  /** Gets what happens; `isOld`: before it was watched. */
  readonly emit: (event: Event, isOld: boolean) => void;
  /** Aborted: it is not watched any more. */
  readonly signal: AbortSignal;
  /** Brings what it left here once it is over, where its node does not write here; false: that does not work for now. */
  readonly collect?: () => Promise<boolean>;
}

/** What is told of all jobs together. */
export interface MonitorReaders {
  /** Told when Slurm stops to answer, and when it answers again. */
  readonly silent: (isSilent: boolean) => void;
  /** Told what is new of jobs that wait, if anything. */
  readonly waiting: (news: WaitingNews) => void;
}

/** Milliseconds between looks at what jobs write, at least, and for each job: a look takes two operations of a disk that nodes share. */
const [LOOK, EACH] = [200, 1];
/** Milliseconds between questions to Slurm: at first, and at most when nothing changes. */
const [QUICK, SLOW] = [1000, 15_000];
/** The share of the time in which Slurm's controller may be busy with such a question. */
const SHARE = 0.05;
/** Milliseconds in which the word of a job that has ended may still reach this machine, or Slurm may hear of its end. */
const LATE = 5000;
/** The same, where something ended the job that only Slurm can name: it does so when all that ran in the job has ended. */
const LATER = 60_000;

interface Watched extends Watch {
  readonly end: PromiseWithResolvers<JobEnd | undefined>;
  /** What it writes, as JSON. */
  readonly events: GrowingLines;
  isOld: boolean;
  record?: ExitRecord | undefined;
  entry?: QueueEntry;
  /** Since when one of both is missing. */
  waiting?: number;
  /** Whether what it left is here, or on its way. */
  collected?: "under way" | "done";
}

/**
 * Watches jobs: what they write several times a second, and by one question to Slurm, once a second at most, how they are; both
 * less often the more jobs there are.
 */
export class Monitor {
  readonly #client: SlurmClient;
  readonly #readers: MonitorReaders;
  readonly #waiting = new WaitingJobs();
  readonly #watched = new Set<Watched>();
  #looking = false;
  #period = QUICK;
  #asked = -Infinity;
  #isSilent = false;
  #states = "";

  /** Watches nothing yet. */
  constructor(client: SlurmClient, readers: MonitorReaders) {
    this.#client = client;
    this.#readers = readers;
  }

  /** Watches a job until it has ended; undefined where that is not awaited any more. */
  async watch(watch: Watch): Promise<JobEnd | undefined> {
    if (watch.signal.aborted) return undefined;
    using events = new GrowingLines(taskFiles(watch.task.folder).events);
    const watched: Watched = { ...watch, end: Promise.withResolvers(), events, isOld: true };
    const leave = (): void => watched.end.resolve(undefined);
    watch.signal.addEventListener("abort", leave, { once: true });
    this.#watched.add(watched);
    // A job that is new changes soon.
    this.#period = QUICK;
    if (!this.#looking) this.#look();
    try {
      return await watched.end.promise;
    } finally {
      this.#watched.delete(watched);
      watch.signal.removeEventListener("abort", leave);
    }
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#asked = performance.now();
    try {
      while (this.#watched.size > 0) {
        for (const watched of this.#watched) this.#read(watched);
        if (performance.now() - this.#asked >= this.#period && this.#watched.size > 0) await this.#ask();
        await new Promise((proceed) => setTimeout(proceed, Math.max(LOOK, EACH * this.#watched.size)));
      }
    } catch (error) {
      for (const { end } of this.#watched) end.reject(error);
    } finally {
      this.#looking = false;
    }
  }

  /** Reads what a job wrote since the last look, and decides whether it has ended. */
  #read(watched: Watched): void {
    // Before the events: what came before the end is read then.
    watched.record ??= readExit(taskFiles(watched.task.folder).exit, watched.reader);
    this.#readEvents(watched);
    const { record, entry } = watched;
    if (record !== undefined && succeeded({ record })) return watched.end.resolve({ record });
    const isDead = entry !== undefined && isOver(entry.state);
    if (record !== undefined && isDead) return watched.end.resolve({ record, entry });
    if (isDead && watched.collect !== undefined && watched.collected !== "done") return collect(watched);
    if (record === undefined && !isDead) return;
    if (watched.waiting === undefined) {
      watched.waiting = performance.now();
      this.#period = QUICK;
    }
    if (performance.now() - watched.waiting > (record?.asked ? LATER : LATE)) {
      watched.end.resolve({ ...record && { record }, ...isDead && { entry } });
    }
  }

  #readEvents(watched: Watched): void {
    for (const line of watched.events.read()) {
      if (line === "") continue;
      try {
        watched.emit(watched.reader.read<Event>(line), watched.isOld);
      } catch (error) {
        // Torn by a kill.
        if (!(error instanceof SyntaxError)) throw error;
      }
    }
    watched.isOld = false;
  }

  /** Asks how all jobs are, in one question. */
  async #ask(): Promise<void> {
    this.#asked = performance.now();
    const jobs = new Map([...this.#watched].map(({ task }) => [task.job.replace(/_.*/, ""), task.name]));
    const queue = await this.#client.queue(jobs);
    const answered = performance.now() - this.#asked;
    if (this.#isSilent !== (queue === undefined)) {
      this.#isSilent = !this.#isSilent;
      this.#readers.silent(this.#isSilent);
    }
    for (const watched of queue === undefined ? [] : this.#watched) {
      const { job, name } = watched.task;
      if (watched.entry !== undefined && isOver(watched.entry.state)) continue;
      // Where neither queue nor accounting has it, Slurm has forgotten it, and with it how it ended.
      watched.entry = queue?.get(job) ?? await this.#client.accounted(job, name) ??
        { state: "UNKNOWN", reason: "None" };
    }
    const entries = [...this.#watched].flatMap(({ task: { stage }, entry }) => entry ? [[stage, entry] as const] : []);
    this.#readers.waiting(this.#waiting.update(new Map(entries), performance.now()));
    const states = [...this.#watched].map(({ task, entry }) => `${task.job} ${entry?.state}`).join();
    const period = states === this.#states ? Math.min(SLOW, this.#period * 1.5) : QUICK;
    this.#period = Math.max(period, answered / SHARE);
    this.#states = states;
  }
}

/** Has what a job left brought here; one of which that does not work is left as it is. */
function collect(watched: Watched): void {
  if (watched.collected !== undefined) return;
  watched.collected = "under way";
  watched.collect!().then((isHere) => {
    watched.collected = "done";
    if (!isHere) watched.end.resolve(undefined);
  }).catch(watched.end.reject);
}

function readExit(path: string, reader: SourceReader): ExitRecord | undefined {
  // Mostly it is not, and an error takes ten times as long as this question.
  if (!existsSync(path)) return undefined;
  try {
    return reader.read<ExitRecord>(readFileSync(path, "utf8"));
  } catch {
    // It comes by rename, and so whole; a disk far away may fail all the same.
    return undefined;
  }
}
