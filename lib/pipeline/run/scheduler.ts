import type { Capacity } from "./capacity.ts";
import { ReadyTasks } from "./ready_tasks.ts";
import type { Task } from "./task.ts";
import { WaitingTasks } from "./waiting_tasks.ts";

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

class Scheduler {
  readonly #plan: Schedule;
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #outcomes = new Map<string, TaskOutcome>();
  /** Not settled yet. */
  readonly #waiting: WaitingTasks;
  /** Settled, and to be run as soon as there is room. */
  readonly #ready: ReadyTasks;
  readonly #running = new Set<string>();
  readonly #halt = new AbortController();
  readonly #signal: AbortSignal;
  /** Failed since those downstream of failed tasks were last skipped. */
  #news: string[] = [];
  /** The failed task that a lost one goes back to. */
  readonly #culprits = new Map<string, string>();
  /** Resolved when a task has been settled or has ended. */
  #change = Promise.withResolvers<void>();
  #settling = false;
  #failed = false;
  #error: { readonly thrown: unknown } | undefined;

  constructor(plan: Schedule) {
    this.#plan = plan;
    this.#tasks = new Map(plan.tasks.map((task) => [task.name, task]));
    this.#waiting = new WaitingTasks(plan.tasks);
    this.#ready = new ReadyTasks(plan.capacity);
    this.#signal = AbortSignal.any([plan.signal, this.#halt.signal]);
  }

  async finish(): Promise<ReadonlyMap<string, TaskOutcome>> {
    while (true) {
      this.#skipBlocked();
      if (!this.#stopped) this.#settleNext();
      if (!this.#stopped) this.#startReady();
      if (this.#running.size === 0 && !this.#settling) break;
      // One promise for all: each race over those that run would leave a reaction with the longest of them.
      await this.#change.promise;
      this.#change = Promise.withResolvers();
    }
    if (this.#error !== undefined) throw this.#error.thrown;
    return new Map([...this.#tasks.keys()].map((name) => [name, this.#outcomes.get(name) ?? "not started"]));
  }

  get #stopped(): boolean {
    return this.#signal.aborted || (this.#failed && this.#plan.onFailure === "stop");
  }

  /** Tasks downstream of a failure, in topological order, so that the blame travels. */
  #skipBlocked(): void {
    const failed = this.#news.splice(0);
    if (failed.length === 0 || this.#plan.onFailure === "ignore") return;
    for (const { name, upstream } of this.#waiting.takeDownstream(failed)) {
      const lost = upstream.values().find((earlier) => this.#culprits.has(earlier))!;
      const culprit = this.#culprits.get(lost)!;
      this.#culprits.set(name, culprit);
      this.#outcomes.set(name, "skipped");
      this.#plan.skip(name, culprit);
    }
  }

  #settleNext(): void {
    if (this.#settling) return;
    if (this.#plan.inOrder && (this.#running.size > 0 || this.#ready.size > 0)) return;
    const task = this.#waiting.takeNext();
    if (task === undefined) return;
    this.#settling = true;
    this.#guard(async () => {
      const outcome = await this.#plan.settle(task.name);
      if (outcome === "run") this.#ready.add(task);
      else this.#end(task.name, outcome);
    }, () => this.#settling = false);
  }

  #startReady(): void {
    for (const { task, release } of this.#ready.take()) {
      this.#running.add(task.name);
      this.#guard(async () => {
        this.#end(task.name, await this.#plan.run(task.name, this.#signal));
      }, () => {
        this.#running.delete(task.name);
        release();
      });
    }
  }

  #end(name: string, outcome: TaskOutcome): void {
    this.#outcomes.set(name, outcome);
    if (outcome === "failed") {
      this.#failed = true;
      this.#culprits.set(name, name);
      this.#news.push(name);
    }
    if (outcome === "done" || (outcome === "failed" && this.#plan.onFailure === "ignore")) this.#waiting.open(name);
  }

  /** Keeps the first error that is thrown and lets what runs come to its end. */
  async #guard(action: () => Promise<void>, after: () => void): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      this.#error ??= { thrown };
      this.#halt.abort();
    } finally {
      after();
      this.#change.resolve();
    }
  }
}
