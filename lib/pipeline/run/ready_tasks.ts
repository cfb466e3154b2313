import TinyQueue from "tinyqueue";
import { Allocation, type Capacity, share } from "./capacity.ts";
import type { Task } from "./task.ts";

interface Ready {
  readonly task: Task;
  /** How many became ready before it. */
  readonly position: number;
}

interface Queue {
  /** By each of its tasks. */
  readonly taken: Capacity;
  readonly tasks: TinyQueue<Ready>;
}

/** A task that may start: what it takes is taken. */
export interface Start {
  /** To be started. */
  readonly task: Task;
  /** Gives back what it takes. */
  readonly release: () => void;
}

/** What a task takes that runs on no core of this machine. */
const ELSEWHERE: Capacity = { jobs: 0, cpus: 0, gpus: 0, memory: 0 };

/** Tasks that wait for nothing but room, in a queue for each share of the capacity: what fits of one fits of all in it. */
export class ReadyTasks {
  readonly #capacity: Capacity;
  readonly #allocation: Allocation;
  readonly #queues = new Map<string, Queue>();
  #added = 0;
  #size = 0;

  /** All of the capacity is free. */
  constructor(capacity: Capacity) {
    this.#capacity = capacity;
    this.#allocation = new Allocation(capacity);
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds a task. */
  add(task: Task): void {
    const taken = task.elsewhere ? ELSEWHERE : share(task.resources, this.#capacity);
    const key = [taken.jobs, taken.cpus, taken.gpus, taken.memory].join();
    let queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, queue = { taken, tasks: new TinyQueue([], inOrder) });
    queue.tasks.push({ task, position: this.#added++ });
    this.#size += 1;
  }

  /**
   * Takes what there is room for: the highest priority first, of equals what became ready first; one that does not fit is
   * passed by those that do.
   */
  *take(): Generator<Start, void, void> {
    for (let queue = this.#firstThatFits(); queue !== undefined; queue = this.#firstThatFits()) {
      const { taken, tasks } = queue;
      this.#allocation.take(taken);
      this.#size -= 1;
      yield { task: tasks.pop()!.task, release: () => this.#allocation.release(taken) };
    }
  }

  #firstThatFits(): Queue | undefined {
    let first: Queue | undefined;
    for (const queue of this.#queues.values()) {
      const next = queue.tasks.peek();
      if (next === undefined || !this.#allocation.fits(queue.taken)) continue;
      if (first === undefined || inOrder(next, first.tasks.peek()!) < 0) first = queue;
    }
    return first;
  }
}

function inOrder(one: Ready, other: Ready): number {
  return other.task.priority - one.task.priority || one.position - other.position;
}
