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
