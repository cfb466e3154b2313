import TinyQueue from "tinyqueue";
import type { Task } from "./task.ts";

interface Waiting {
  readonly task: Task;
  /** In the topological order. */
  readonly position: number;
  /** How many tasks upstream of it are not done. */
  missing: number;
  /** The tasks right after it. */
  readonly downstream: Waiting[];
  isTaken: boolean;
}

/** Tasks that wait for those upstream of them. All of them together take time in proportion to the graph's edges. */
export class WaitingTasks {
  readonly #tasks: ReadonlyMap<string, Waiting>;
  /** Those that wait for nothing: the highest priority first, of equals the first in topological order. */
  readonly #open: TinyQueue<Waiting>;

  /** None is done. Names upstream that are no task are taken as done. */
  constructor(tasks: readonly Task[]) {
    this.#tasks = new Map(tasks.map((task, position) => [
      task.name,
      { task, position, missing: 0, downstream: [], isTaken: false },
    ]));
    for (const waiting of this.#tasks.values()) {
      for (const name of waiting.task.upstream) {
        const earlier = this.#tasks.get(name);
        if (earlier === undefined) continue;
        earlier.downstream.push(waiting);
        waiting.missing += 1;
      }
    }
    this.#open = new TinyQueue(
      [...this.#tasks.values().filter(({ missing }) => missing === 0)],
      (one, other) => other.task.priority - one.task.priority || one.position - other.position,
    );
  }

  /** Takes the task that comes first of those that wait for nothing; undefined: there is none. */
  takeNext(): Task | undefined {
    const next = this.#open.pop();
    if (next === undefined) return undefined;
    next.isTaken = true;
    return next.task;
  }

  /** A task is done, and those right after it wait for one less. To be called once a task. */
  open(name: string): void {
    for (const later of this.#tasks.get(name)?.downstream ?? []) {
      later.missing -= 1;
      if (later.missing === 0 && !later.isTaken) this.#open.push(later);
    }
  }

  /** Takes all tasks that are downstream of others, in topological order. */
  takeDownstream(names: readonly string[]): readonly Task[] {
    const taken: Waiting[] = [];
    const path = names.flatMap((name) => this.#tasks.get(name) ?? []);
    for (let earlier = path.pop(); earlier !== undefined; earlier = path.pop()) {
      for (const later of earlier.downstream) {
        if (later.isTaken) continue;
        later.isTaken = true;
        taken.push(later);
        path.push(later);
      }
    }
    return taken.sort((one, other) => one.position - other.position).map(({ task }) => task);
  }
}
