import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../shell_word.ts";
import { StoreError } from "../store/store_error.ts";
import { SilenceError, type SlurmClient } from "./client.ts";
import type { PlacedTask, Submissions, Task } from "./submissions.ts";
import { DISTANT_ORDER, type DistantOrder } from "./work.ts";

/** A stage to be submitted. */
export interface Order {
  /** To be written down first. */
  readonly task: Task;
  /** The stage's group: stages of one group and with the same flags become an array. */
  readonly group: string;
  /** Of `sbatch`. */
  readonly flags: readonly string[];
  /** Absolute folder in which its job begins. */
  readonly begins: string;
  /** Where its node does not see the workspace: the remote over which it gets and leaves files, and its folder for them. */
  readonly distance?: Omit<DistantOrder, "name">;
  /** What its job is to do. */
  readonly work: string;
  /** Called once the intent is on disk, before Slurm is asked. */
  readonly intended: (task: PlacedTask) => Promise<void>;
}

/** Milliseconds without another order after which those at hand are submitted. */
const QUIET = 100;
/** Milliseconds after which those at hand are submitted, however busy the machine is. */
const PATIENCE = 5000;
/** Milliseconds for which a job is offered to a Slurm that does not answer: a controller may be restarted. */
const INSISTENCE = 30 * 60_000;
/** As many tasks as an array of Slurm's may have by default (MaxArraySize is 1001). */
const LONGEST_ARRAY = 1000;

const nodeModule = new URL("./node.ts", import.meta.url).href;
const distantNodeModule = new URL("./distant_node.ts", import.meta.url).href;

/** Submits stages; those of one group that come together as one array, so that Slurm is asked once. */
export class Submitter {
  readonly #client: SlurmClient;
  readonly #submissions: Submissions;
  #waiting: (Order & { readonly taken: PromiseWithResolvers<PlacedTask> })[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the first of those that wait came. */
  #since = 0;

  /** Submits nothing yet. */
  constructor(client: SlurmClient, submissions: Submissions) {
    this.#client = client;
    this.#submissions = submissions;
  }

  /**
   * Submits a stage.
   *
   * @throws {StoreError} where Slurm does not take it; then nothing of it is left
   */
  async submit(order: Order): Promise<PlacedTask> {
    const taken = Promise.withResolvers<PlacedTask>();
    this.#waiting.push({ ...order, taken });
    if (this.#waiting.length === 1) this.#since = performance.now();
    this.#flushSoon();
    return await taken.promise;
  }

  /** Submits what is at hand once no other order has come for a while. */
  #flushSoon(): void {
    clearTimeout(this.#timer);
    const due = performance.now() + QUIET;
    this.#timer = setTimeout(() => {
      const now = performance.now();
      // On a machine that is busy with others the time is over before what came meanwhile was looked at.
      if (now - due > QUIET / 2 && now - this.#since < PATIENCE) this.#flushSoon();
      else this.#flush();
    }, QUIET);
  }

  /** Submits a job once, however often Slurm does not answer on the way. */
  async #insist(name: string, args: readonly string[]): Promise<string> {
    const until = performance.now() + INSISTENCE;
    for (let pause = 1000;; pause = Math.min(2 * pause, 30_000)) {
      try {
        // What was not answered may have been heard.
        const job = pause === 1000 ? undefined : await this.#client.find(name);
        const taken = job ?? await this.#client.submit(args);
        if (taken !== undefined) return taken;
      } catch (error) {
        if (!(error instanceof SilenceError)) throw error;
      }
      if (performance.now() > until) {
        throw new StoreError("Slurm does not answer, and the job could not be submitted", [
          "`sinfo` tells when it answers; the next repro goes on from here",
        ]);
      }
      await new Promise((proceed) => setTimeout(proceed, pause));
    }
  }

  #flush(): void {
    const alike = Map.groupBy(
      this.#waiting,
      ({ group, flags, begins, distance }) => JSON.stringify([group, flags, begins, distance]),
    );
    this.#waiting = [];
    for (const orders of alike.values()) {
      for (let start = 0; start < orders.length; start += LONGEST_ARRAY) {
        const part = orders.slice(start, start + LONGEST_ARRAY);
        this.#submit(part).catch((error) => {
          for (const { taken } of part) taken.reject(error);
        });
      }
    }
  }

  async #submit(orders: readonly (Order & { readonly taken: PromiseWithResolvers<PlacedTask> })[]): Promise<void> {
    const [first] = orders;
    if (first === undefined) return;
    const name = `${first.group.replaceAll(/[^\w.-]/g, "-")}-${crypto.randomUUID().slice(0, 13)}`;
    const { folder, tasks } = this.#submissions.intend(
      name,
      orders.map(({ task }) => task),
      orders.map(({ work }) => work),
    );
    const script = join(folder, "script");
    const { distance } = first;
    // It may hold a password.
    writeFileSync(script, distance ? distantScriptText({ ...distance, name }) : scriptText(folder), { mode: 0o600 });
    const isArray = orders.length > 1;
    const flags = [
      ...first.flags,
      `--job-name=${name}`,
      `--chdir=${first.begins}`,
      `--output=${distance ? "/dev/null" : join(folder, isArray ? "%a" : "0", "log")}`,
      // Whether it runs again, and how often, is decided and recorded here.
      "--no-requeue",
      ...isArray ? [`--array=0-${orders.length - 1}`] : [],
    ];
    try {
      await Promise.all(orders.map(({ intended }, index) => intended(tasks[index]!)));
      const placed = this.#submissions.note(name, await this.#insist(name, [...flags, script]));
      for (const [index, { taken }] of orders.entries()) taken.resolve(placed[index]!);
    } catch (error) {
      for (const task of tasks) this.#submissions.drop(task);
      throw error;
    }
  }
}

/** Deno, in a job. */
const DENO = [Deno.execPath(), "run", "-A", "--quiet", "--no-prompt", "--cached-only"];

/** What a job runs: the engine's module for nodes, in place of the shell, so that Slurm's signals reach it. */
function scriptText(folder: string): string {
  const deno = [...DENO, "--no-config", nodeModule];
  return `#!/bin/sh\nexec ${deno.map(shellWord).join(" ")} ${shellWord(folder)}/"\${SLURM_ARRAY_TASK_ID:-0}"\n`;
}

/** The same on a node that does not see the workspace; the order stands in the script, which Slurm itself brings there. */
function distantScriptText(order: DistantOrder): string {
  const deno = [...DENO, distantNodeModule].map(shellWord).join(" ");
  return `#!/bin/sh\n${DISTANT_ORDER}=${shellWord(JSON.stringify(order))} exec ${deno}\n`;
}
