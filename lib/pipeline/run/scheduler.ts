import type { Resources } from "../file/pipeline.ts";
import { Allocation, type Capacity, share } from "./capacity.ts";

/** A stage, as the scheduler sees it. */
export interface Task {
  /** Unique. */
  readonly name: string;
  /** The tasks that must be done first; names that are no task are taken as done. */
  readonly upstream: ReadonlySet<string>;
  /** What it takes while it runs. */
  readonly resources: Resources;
  /** True: it takes nothing of this machine. */
  readonly elsewhere?: boolean;
  /** Of the tasks that could start, the highest starts first. */
  readonly priority: number;
}

/**
 * What became of a task; `submitted`: it is a job of a cluster, which nobody here waits for; `postponed`: it needs what another task, which was done without it, has yet to make.
 */
export type TaskOutcome = "done" | "submitted" | "failed" | "skipped" | "cancelled" | "postponed" | "not started";

/**
 * What still starts after a failure: nothing; what does not depend on it; or all, as if it had not been (what then is not
 * there to be read fails for itself).
 */
export type OnFailure = "stop" | "go on" | "ignore";

/** How tasks are to be run. */
export interface Schedule {
  /** In a topological order. */
  readonly tasks: readonly Task[];
  /** What may be taken at once. */
  readonly capacity: Capacity;
  /** What still starts after a failure. */
  readonly onFailure: OnFailure;
  /** True: each task is looked at only once the one before it has ended, as DVC does. */
  readonly inOrder: boolean;
  /** Aborted: nothing more starts, and what runs is cancelled. */
  readonly signal: AbortSignal;
  /** Called for one task at a time, once all upstream tasks are done: does without running, or says that it has to run. */
  readonly settle: (name: string) => Promise<"done" | "run" | "failed" | "postponed">;
  /** Runs a task within the capacity. */
  readonly run: (name: string, signal: AbortSignal) => Promise<"done" | "failed" | "cancelled">;
  /** Told of each task that cannot be done, and which failed task is to blame. */
  readonly skip: (name: string, because: string) => void;
}

/**
 * Runs tasks in parallel, each after those upstream of it. A task is settled only then, so that an upstream task that
 * leaves its outs as they were stops the change right there (early cut-off).
 *
 * @throws what `settle` or `run` throws, once all that runs has ended
 */
export async function schedule(plan: Schedule): Promise<ReadonlyMap<string, TaskOutcome>> {
  return await new Scheduler(plan).finish();
}

/**
 * For each task the seconds from its start to the end of the longest chain that it begins: the order in which list
 * scheduling starts tasks (critical path first).
 */
export function longestPaths(
  tasks: readonly Pick<Task, "name" | "upstream">[],
  seconds: (name: string) => number,
): ReadonlyMap<string, number> {
  const paths = new Map<string, number>();
  for (const { name, upstream } of tasks.toReversed()) {
    const path = (paths.get(name) ?? 0) + seconds(name);
    paths.set(name, path);
    for (const earlier of upstream) paths.set(earlier, Math.max(paths.get(earlier) ?? 0, path));
  }
  return paths;
}

const ELSEWHERE: Capacity = { jobs: 0, cpus: 0, gpus: 0, memory: 0 };

/** The highest first; equals stay in topological order, since sorting is stable. */
function byPriority(one: Task, other: Task): number {
  return other.priority - one.priority;
}

class Scheduler {
  readonly #plan: Schedule;
  readonly #allocation: Allocation;
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #outcomes = new Map<string, TaskOutcome>();
  /** Not settled yet, in topological order. */
  readonly #waiting: Map<string, Task>;
  /** Settled, and to be run as soon as there is room. */
  readonly #ready: Task[] = [];
  readonly #running = new Map<string, Promise<void>>();
  readonly #halt = new AbortController();
  readonly #signal: AbortSignal;
  #settling: Promise<void> | undefined;
  #failed = false;
  #error: { readonly thrown: unknown } | undefined;

  constructor(plan: Schedule) {
    this.#plan = plan;
    this.#allocation = new Allocation(plan.capacity);
    this.#tasks = new Map(plan.tasks.map((task) => [task.name, task]));
    this.#waiting = new Map(this.#tasks);
    this.#signal = AbortSignal.any([plan.signal, this.#halt.signal]);
  }

  async finish(): Promise<ReadonlyMap<string, TaskOutcome>> {
    while (true) {
      this.#skipBlocked();
      if (!this.#stopped) this.#settleNext();
      if (!this.#stopped) this.#startReady();
      const pending = [...this.#running.values(), ...(this.#settling === undefined ? [] : [this.#settling])];
      if (pending.length === 0) break;
      await Promise.race(pending);
    }
    if (this.#error !== undefined) throw this.#error.thrown;
    return new Map([...this.#tasks.keys()].map((name) => [name, this.#outcomes.get(name) ?? "not started"]));
  }

  get #stopped(): boolean {
    return this.#signal.aborted || (this.#failed && this.#plan.onFailure === "stop");
  }

  /** Tasks downstream of a failure, in topological order, so that the blame travels. */
  #skipBlocked(): void {
    if (!this.#failed || this.#plan.onFailure === "ignore") return;
    for (const { name, upstream } of this.#waiting.values()) {
      const blocker = [...upstream].find((earlier) => this.#isLost(earlier));
      if (blocker === undefined) continue;
      this.#waiting.delete(name);
      this.#outcomes.set(name, "skipped");
      this.#plan.skip(name, this.#culprit(blocker));
    }
  }

  #isLost(name: string): boolean {
    const outcome = this.#outcomes.get(name);
    return outcome === "failed" || outcome === "skipped";
  }

  /** The failed task that a lost one goes back to. */
  #culprit(name: string): string {
    if (this.#outcomes.get(name) === "failed") return name;
    const earlier = [...this.#tasks.get(name)?.upstream ?? []].find((candidate) => this.#isLost(candidate));
    return earlier === undefined ? name : this.#culprit(earlier);
  }

  #settleNext(): void {
    if (this.#settling !== undefined) return;
    if (this.#plan.inOrder && (this.#running.size > 0 || this.#ready.length > 0)) return;
    const task = this.#nextOpen();
    if (task === undefined) return;
    this.#waiting.delete(task.name);
    this.#settling = this.#guard(async () => {
      const outcome = await this.#plan.settle(task.name);
      if (outcome === "run") this.#ready.push(task);
      else this.#end(task.name, outcome);
    }).finally(() => this.#settling = undefined);
  }

  /** Of the tasks whose upstream is done the one with the highest priority; of equals the first in topological order. */
  #nextOpen(): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#waiting.values()) {
      if (next !== undefined && task.priority <= next.priority) continue;
      if (task.upstream.values().every((name) => this.#isDone(name))) next = task;
    }
    return next;
  }

  #isDone(name: string): boolean {
    const outcome = this.#outcomes.get(name);
    return !this.#tasks.has(name) || outcome === "done" || (outcome === "failed" && this.#plan.onFailure === "ignore");
  }

  #startReady(): void {
    for (const task of this.#ready.toSorted(byPriority)) {
      const taken = task.elsewhere ? ELSEWHERE : share(task.resources, this.#plan.capacity);
      if (!this.#allocation.take(taken)) continue;
      this.#ready.splice(this.#ready.indexOf(task), 1);
      const end = this.#guard(async () => {
        this.#end(task.name, await this.#plan.run(task.name, this.#signal));
      }).finally(() => {
        this.#running.delete(task.name);
        this.#allocation.release(taken);
      });
      this.#running.set(task.name, end);
    }
  }

  #end(name: string, outcome: TaskOutcome): void {
    this.#outcomes.set(name, outcome);
    if (outcome === "failed") this.#failed = true;
  }

  /** Keeps the first error that is thrown and lets what runs come to its end. */
  async #guard(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      this.#error ??= { thrown };
      this.#halt.abort();
    }
  }
}
