import assert from "node:assert/strict";
import fc from "fast-check";
import type { Capacity } from "../../../lib/pipeline/run/capacity.ts";
import {
  longestPaths,
  type OnFailure,
  type Schedule,
  schedule,
  type TaskOutcome,
} from "../../../lib/pipeline/run/scheduler.ts";
import type { Task } from "../../../lib/pipeline/run/task.ts";

const WIDE: Capacity = { jobs: 100, cpus: 100, gpus: 0, memory: 1000 };
const SMALL = { cpus: 1, gpus: 0, memory: 0, time: 0 };

interface Script {
  /** Name -> names upstream. In a topological order. */
  readonly tasks: Readonly<Record<string, readonly string[]>>;
  readonly capacity?: Partial<Capacity>;
  readonly resources?: Readonly<Record<string, { cpus?: number; gpus?: number; memory?: number }>>;
  readonly priority?: Readonly<Record<string, number>>;
  readonly unchanged?: readonly string[];
  readonly onFailure?: OnFailure;
  readonly inOrder?: boolean;
  readonly signal?: AbortSignal;
}

/** A schedule whose tasks end when the test says so. */
class Rehearsal {
  readonly log: string[] = [];
  readonly outcomes: Promise<ReadonlyMap<string, TaskOutcome>>;
  readonly #ends = new Map<string, (outcome: "done" | "failed" | "cancelled" | Error) => void>();

  constructor(script: Script) {
    const tasks = Object.entries(script.tasks).map(([name, upstream]) => ({
      name,
      upstream: new Set(upstream),
      resources: { ...SMALL, ...script.resources?.[name] },
      priority: script.priority?.[name] ?? 0,
    }));
    const plan: Schedule = {
      tasks,
      capacity: { ...WIDE, ...script.capacity },
      onFailure: script.onFailure ?? "stop",
      inOrder: script.inOrder ?? false,
      signal: script.signal ?? new AbortController().signal,
      settle: (name) => Promise.resolve(script.unchanged?.includes(name) ? "done" : "run"),
      run: (name, signal) => {
        this.log.push(`start ${name}`);
        const { promise, resolve, reject } = Promise.withResolvers<"done" | "failed" | "cancelled">();
        signal.addEventListener("abort", () => resolve("cancelled"));
        this.#ends.set(name, (outcome) => outcome instanceof Error ? reject(outcome) : resolve(outcome));
        return promise;
      },
      skip: (name, because) => this.log.push(`skip ${name} because of ${because}`),
    };
    this.outcomes = schedule(plan);
  }

  /** Lets the scheduler do all that it can do by now, and tells what that was. */
  async happenings(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return this.log.splice(0);
  }

  end(name: string, outcome: "done" | "failed" | Error = "done"): Promise<string[]> {
    this.#ends.get(name)!(outcome);
    return this.happenings();
  }
}

/** What `schedule` has to do, by looking through all tasks each time. */
class ThoroughSearch {
  readonly log: string[] = [];
  readonly #outcomes = new Map<string, TaskOutcome>();
  readonly #waiting: Set<Task>;
  #ready: Task[] = [];
  readonly #running = new Set<Task>();

  constructor(
    readonly tasks: readonly Task[],
    readonly capacity: Capacity,
    readonly onFailure: OnFailure,
    readonly inOrder: boolean,
    readonly settling: (name: string) => "done" | "run",
  ) {
    this.#waiting = new Set(tasks);
  }

  /** Does all that can be done before a task ends. */
  proceed(): void {
    while (true) {
      this.#skip();
      const stopped = this.onFailure === "stop" && [...this.#outcomes.values()].includes("failed");
      if (stopped) return;
      const next = this.inOrder && this.#running.size + this.#ready.length > 0 ? undefined : this.#next();
      if (next !== undefined) this.log.push(`settle ${next.name}`);
      this.#start();
      if (next === undefined) return;
      this.#waiting.delete(next);
      if (this.settling(next.name) === "run") this.#ready.push(next);
      else this.#outcomes.set(next.name, "done");
    }
  }

  end(name: string, outcome: "done" | "failed"): void {
    this.#outcomes.set(name, outcome);
    for (const task of this.#running) if (task.name === name) this.#running.delete(task);
  }

  outcomes(): Record<string, TaskOutcome> {
    return Object.fromEntries(this.tasks.map(({ name }) => [name, this.#outcomes.get(name) ?? "not started"]));
  }

  #skip(): void {
    if (this.onFailure === "ignore") return;
    for (const task of this.#waiting) {
      const culprit = this.#culprit(task);
      if (culprit === undefined) continue;
      this.#waiting.delete(task);
      this.#outcomes.set(task.name, "skipped");
      this.log.push(`skip ${task.name} because of ${culprit}`);
    }
  }

  #culprit({ upstream }: Task): string | undefined {
    for (const name of upstream) {
      if (this.#outcomes.get(name) === "failed") return name;
      if (this.#outcomes.get(name) === "skipped") return this.#culprit(this.tasks.find((task) => task.name === name)!);
    }
    return undefined;
  }

  #next(): Task | undefined {
    return this.#sorted(this.#waiting).find(({ upstream }) => [...upstream].every((name) => this.#isDone(name)));
  }

  #isDone(name: string): boolean {
    const outcome = this.#outcomes.get(name);
    return outcome === "done" || (outcome === "failed" && this.onFailure === "ignore") ||
      this.tasks.every((task) => task.name !== name);
  }

  #start(): void {
    for (const task of this.#sorted(this.#ready)) {
      const here = [...this.#running].filter(({ elsewhere }) => !elsewhere);
      const cpus = here.reduce((sum, { resources }) => sum + resources.cpus, 0);
      const fits = here.length < this.capacity.jobs && cpus + task.resources.cpus <= this.capacity.cpus;
      if (!task.elsewhere && !fits) continue;
      this.#ready = this.#ready.filter((other) => other !== task);
      this.#running.add(task);
      this.log.push(`start ${task.name}`);
    }
  }

  /** The highest priority first; equals as they are. */
  #sorted(tasks: Iterable<Task>): Task[] {
    return [...tasks].sort((one, other) => other.priority - one.priority);
  }
}

Deno.test("schedule() starts a task once all its upstream tasks are done", async () => {
  const rehearsal = new Rehearsal({ tasks: { a: [], b: [], c: ["a", "b"] } });
  assert.deepEqual(await rehearsal.happenings(), ["start a", "start b"]);
  assert.deepEqual(await rehearsal.end("a"), []);
  assert.deepEqual(await rehearsal.end("b"), ["start c"]);
  await rehearsal.end("c");
  assert.deepEqual([...await rehearsal.outcomes], [["a", "done"], ["b", "done"], ["c", "done"]]);
});

Deno.test("schedule() runs at most as many tasks as there are jobs, the highest priority first", async () => {
  const rehearsal = new Rehearsal({
    tasks: { a: [], b: [], c: [], d: [] },
    capacity: { jobs: 2 },
    priority: { a: 1, b: 2, c: 4, d: 3 },
  });
  assert.deepEqual(await rehearsal.happenings(), ["start c", "start d"]);
  assert.deepEqual(await rehearsal.end("c"), ["start b"]);
  assert.deepEqual(await rehearsal.end("d"), ["start a"]);
  await rehearsal.end("b");
  await rehearsal.end("a");
  await rehearsal.outcomes;
});

Deno.test("schedule() lets small tasks pass one that does not fit yet", async () => {
  const rehearsal = new Rehearsal({
    tasks: { first: [], large: [], small: [] },
    capacity: { cpus: 3 },
    resources: { first: { cpus: 2 }, large: { cpus: 2 }, small: { cpus: 1 } },
    priority: { first: 3, large: 2, small: 1 },
  });
  assert.deepEqual(await rehearsal.happenings(), ["start first", "start small"]);
  assert.deepEqual(await rehearsal.end("first"), ["start large"]);
  await rehearsal.end("large");
  await rehearsal.end("small");
  await rehearsal.outcomes;
});

Deno.test("schedule() runs a task that asks for more than the machine has, alone", async () => {
  const rehearsal = new Rehearsal({
    tasks: { huge: [], other: [] },
    capacity: { memory: 10 },
    resources: { huge: { memory: 50 }, other: { memory: 1 } },
    priority: { huge: 2, other: 1 },
  });
  assert.deepEqual(await rehearsal.happenings(), ["start huge"]);
  assert.deepEqual(await rehearsal.end("huge"), ["start other"]);
  await rehearsal.end("other");
  await rehearsal.outcomes;
});

Deno.test("schedule() gives turns to tasks that ask for a GPU where none is known", async () => {
  const rehearsal = new Rehearsal({ tasks: { a: [], b: [] }, resources: { a: { gpus: 1 }, b: { gpus: 1 } } });
  assert.deepEqual(await rehearsal.happenings(), ["start a"]);
  assert.deepEqual(await rehearsal.end("a"), ["start b"]);
  await rehearsal.end("b");
  await rehearsal.outcomes;
});

Deno.test("schedule() does not run what settles as done, and goes on downstream of it", async () => {
  const rehearsal = new Rehearsal({ tasks: { a: [], b: ["a"], c: ["b"] }, unchanged: ["a", "b"] });
  assert.deepEqual(await rehearsal.happenings(), ["start c"]);
  await rehearsal.end("c");
  assert.equal((await rehearsal.outcomes).get("b"), "done");
});

Deno.test("schedule() skips what is downstream of a failure and names it, and starts nothing new", async () => {
  const rehearsal = new Rehearsal({ tasks: { a: [], b: [], c: ["a"], d: ["c"], e: ["b"] } });
  await rehearsal.happenings();
  assert.deepEqual(await rehearsal.end("a", "failed"), ["skip c because of a", "skip d because of a"]);
  assert.deepEqual(await rehearsal.end("b"), []);
  assert.deepEqual(Object.fromEntries(await rehearsal.outcomes), {
    a: "failed",
    b: "done",
    c: "skipped",
    d: "skipped",
    e: "not started",
  });
});

Deno.test("schedule() keeps going with what does not depend on a failure where asked", async () => {
  const rehearsal = new Rehearsal({ tasks: { a: [], b: [], c: ["a"], e: ["b"] }, onFailure: "go on" });
  await rehearsal.happenings();
  await rehearsal.end("a", "failed");
  assert.deepEqual(await rehearsal.end("b"), ["start e"]);
  await rehearsal.end("e");
  assert.deepEqual([...(await rehearsal.outcomes).values()], ["failed", "done", "skipped", "done"]);
});

Deno.test("schedule() goes on behind a failure where it is to be ignored", async () => {
  const rehearsal = new Rehearsal({ tasks: { a: [], b: [], c: ["a"], d: ["c"] }, onFailure: "ignore" });
  await rehearsal.happenings();
  assert.deepEqual(await rehearsal.end("a", "failed"), ["start c"]);
  assert.deepEqual(await rehearsal.end("c"), ["start d"]);
  await rehearsal.end("b", "failed");
  await rehearsal.end("d");
  assert.deepEqual([...(await rehearsal.outcomes).values()], ["failed", "failed", "done", "done"]);
});

Deno.test("schedule() cancels what runs and starts nothing new when its signal is aborted", async () => {
  const controller = new AbortController();
  const rehearsal = new Rehearsal({ tasks: { a: [], b: ["a"] }, signal: controller.signal });
  await rehearsal.happenings();
  controller.abort();
  assert.deepEqual(await rehearsal.happenings(), []);
  assert.deepEqual([...await rehearsal.outcomes], [["a", "cancelled"], ["b", "not started"]]);
});

Deno.test("schedule() cancels the others and throws when running a task throws", async () => {
  const rehearsal = new Rehearsal({ tasks: { a: [], b: [] } });
  const thrown = assert.rejects(rehearsal.outcomes, new Error("disk full"));
  await rehearsal.happenings();
  await rehearsal.end("a", new Error("disk full"));
  await thrown;
});

Deno.test("schedule() in order looks at a task only after the one before it has ended", async () => {
  const settled: string[] = [];
  const ends = new Map<string, () => void>();
  const outcomes = schedule({
    tasks: ["a", "b"].map((name) => ({ name, upstream: new Set<string>(), resources: SMALL, priority: 0 })),
    capacity: WIDE,
    onFailure: "stop",
    inOrder: true,
    signal: new AbortController().signal,
    settle: (name) => {
      settled.push(name);
      return Promise.resolve("run");
    },
    run: (name) => new Promise((resolve) => ends.set(name, () => resolve("done"))),
    skip: () => {},
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(settled, ["a"]);
  ends.get("a")!();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(settled, ["a", "b"]);
  ends.get("b")!();
  await outcomes;
});

Deno.test("schedule() ends with every task done, in a topological order and within the jobs, whatever the graph", async () => {
  const graphs = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 15 });
  await fc.assert(fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (upstreams, jobs) => {
    let running = 0;
    const done = new Set<string>();
    const tasks = upstreams.map((numbers, index) => ({
      name: String(index),
      upstream: new Set(numbers.filter((number) => number < index).map(String)),
      resources: SMALL,
      priority: numbers.length,
    }));
    await schedule({
      tasks,
      capacity: { ...WIDE, jobs },
      onFailure: "stop",
      inOrder: false,
      signal: new AbortController().signal,
      settle: () => Promise.resolve("run"),
      run: async (name) => {
        running += 1;
        assert.ok(running <= jobs);
        for (const earlier of tasks[Number(name)]!.upstream) assert.ok(done.has(earlier));
        await Promise.resolve();
        running -= 1;
        done.add(name);
        return "done";
      },
      skip: () => assert.fail("nothing failed"),
    });
    assert.equal(done.size, tasks.length);
  }));
});

Deno.test("schedule() settles, starts and skips in the order that looking through all tasks each time would give", async () => {
  const task = fc.record({
    upstream: fc.array(fc.nat(30), { maxLength: 3 }),
    priority: fc.nat(3),
    cpus: fc.integer({ min: 1, max: 3 }),
    elsewhere: fc.boolean(),
    isUnchanged: fc.boolean(),
    outcome: fc.constantFrom<"done" | "failed">("done", "done", "done", "failed"),
  });
  const project = fc.record({
    tasks: fc.array(task, { minLength: 1, maxLength: 14 }),
    ends: fc.array(fc.nat(20), { minLength: 14, maxLength: 14 }),
    jobs: fc.integer({ min: 1, max: 3 }),
    onFailure: fc.constantFrom<OnFailure>("stop", "go on", "ignore"),
    inOrder: fc.boolean(),
  });
  await fc.assert(fc.asyncProperty(project, async ({ tasks: drawn, ends, jobs, onFailure, inOrder }) => {
    const tasks: Task[] = drawn.map(({ upstream, priority, cpus, elsewhere }, index) => ({
      name: String(index),
      upstream: new Set(upstream.filter((number) => number < index || number > 20).map(String)),
      resources: { ...SMALL, cpus },
      elsewhere,
      priority,
    }));
    const settling = (name: string) => drawn[Number(name)]!.isUnchanged ? "done" : "run";
    const ending = (name: string) => drawn[Number(name)]!.outcome;
    const capacity = { ...WIDE, jobs, cpus: 4 };
    const log: string[] = [];
    const running = new Map<string, () => void>();
    const outcomes = schedule({
      tasks,
      capacity,
      onFailure,
      inOrder,
      signal: new AbortController().signal,
      settle: (name) => {
        log.push(`settle ${name}`);
        return Promise.resolve(settling(name));
      },
      run: (name) => {
        log.push(`start ${name}`);
        return new Promise((resolve) => running.set(name, () => resolve(ending(name))));
      },
      skip: (name, because) => log.push(`skip ${name} because of ${because}`),
    });
    const thorough = new ThoroughSearch(tasks, capacity, onFailure, inOrder, settling);
    for (const choice of ends) {
      await new Promise((resolve) => setImmediate(resolve));
      thorough.proceed();
      assert.deepEqual(log, thorough.log);
      const name = [...running.keys()][choice % running.size];
      if (name === undefined) break;
      running.get(name)!();
      running.delete(name);
      thorough.end(name, ending(name));
    }
    assert.deepEqual(Object.fromEntries(await outcomes), thorough.outcomes());
  }));
});

Deno.test("longestPaths() sums seconds along the longest chain downstream", () => {
  const tasks = [
    { name: "a", upstream: new Set<string>() },
    { name: "b", upstream: new Set(["a"]) },
    { name: "c", upstream: new Set(["a"]) },
    { name: "d", upstream: new Set(["b"]) },
  ];
  const seconds: Record<string, number> = { a: 1, b: 2, c: 10, d: 3 };
  assert.deepEqual(
    Object.fromEntries(longestPaths(tasks, (name) => seconds[name]!)),
    { d: 3, c: 10, b: 5, a: 11 },
  );
});
