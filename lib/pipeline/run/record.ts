import { cpus } from "node:os";
import { join } from "node:path";
import type { Reason } from "../plan/reason.ts";
import type { Durations } from "./durations.ts";
import type { Event } from "./event.ts";
import { PacedWriter } from "../store/paced_writer.ts";
import { writeJson } from "./json_file.ts";

/** What is known of a run: what it did, how long it took and where. Nothing of it is ever inside an out. */
export interface RunRecord {
  /** Grows when the shape changes. */
  readonly schema: 1;
  /** The pipeline file, relative to the root of the project. */
  readonly pipeline: string;
  /** When it started, ISO 8601. */
  readonly started: string;
  /** How many stages could run at once. */
  readonly jobs: number;
  /** Where it ran. */
  readonly machine: MachineRecord;
  /** The stages that ran or were restored, in the order in which they ended. */
  readonly stages: readonly StageRecord[];
}

/** The machine of a run. */
export interface MachineRecord {
  /** Version of Deno. */
  readonly deno: string;
  /** Target triple, e.g. `x86_64-unknown-linux-gnu`. */
  readonly target: string;
  /** The model of its processor. */
  readonly processor: string;
  /** Cores. */
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** A stage in a run. */
export interface StageRecord {
  /** Its name. */
  readonly stage: string;
  /** How it ended. */
  readonly outcome: "finished" | "restored" | "failed" | "cancelled" | "left";
  /** Why it was not up to date. */
  readonly reasons: readonly Reason[];
  /** How long it ran, in seconds; absent where it did not. */
  readonly seconds?: number;
  /** Its jobs on a cluster, the last one last, each with why the one before was not the last; absent where it ran here. */
  readonly jobs?: readonly { readonly job: string; readonly because?: string }[];
}

/** Writes the record of a run into `.pipeline/runs`, anew as stages end, so that a killed run leaves one too. */
export class RunRecorder implements Disposable {
  readonly #folder: string;
  readonly #pipeline: string;
  readonly #durations: Durations;
  readonly #reasons = new Map<string, readonly Reason[]>();
  readonly #jobsOf = new Map<string, NonNullable<StageRecord["jobs"]>>();
  readonly #stages: StageRecord[] = [];
  readonly #writer = new PacedWriter(() => this.#write());
  #started = 0;
  #jobs = 0;

  /**
   * Starts a record.
   *
   * @param folder absolute, `.pipeline/runs`
   * @param pipeline the pipeline file, relative to the root of the project
   * @param durations entered into, too
   */
  constructor(folder: string, pipeline: string, durations: Durations) {
    this.#folder = folder;
    this.#pipeline = pipeline;
    this.#durations = durations;
  }

  /** Takes note of an event; a run in which nothing runs or is restored leaves no record. */
  add(event: Event): void {
    switch (event.kind) {
      case "run started":
        this.#started = event.time;
        this.#jobs = event.jobs;
        break;
      case "stage started":
        this.#reasons.set(event.stage, event.reasons);
        break;
      case "stage restored":
        this.#end({ stage: event.stage, outcome: "restored", reasons: event.reasons });
        break;
      case "stage finished":
        this.#durations.set(event.stage, event.seconds);
        this.#endOf(event.stage, "finished", event.seconds);
        break;
      case "stage failed":
        this.#endOf(event.stage, "failed", event.seconds);
        break;
      case "stage submitted": {
        const { job, because } = event;
        const jobs = this.#jobsOf.get(event.stage) ?? [];
        this.#jobsOf.set(event.stage, [...jobs, { job, ...because !== undefined && { because } }]);
        break;
      }
      case "stage cancelled":
        this.#endOf(event.stage, "cancelled");
        break;
      case "stage left":
        this.#endOf(event.stage, "left");
        break;
    }
  }

  /** Writes what is not written yet. */
  [Symbol.dispose](): void {
    this.#writer.flush();
  }

  #endOf(stage: string, outcome: StageRecord["outcome"], seconds?: number): void {
    const reasons = this.#reasons.get(stage) ?? [];
    const jobs = this.#jobsOf.get(stage);
    this.#reasons.delete(stage);
    this.#end({ stage, outcome, reasons, ...(seconds === undefined ? {} : { seconds }), ...jobs && { jobs } });
  }

  #end(stage: StageRecord): void {
    this.#stages.push(stage);
    this.#writer.changed();
  }

  #write(): void {
    this.#durations.write();
    const record: RunRecord = {
      schema: 1,
      pipeline: this.#pipeline,
      started: new Date(this.#started).toISOString(),
      jobs: this.#jobs,
      machine: thisMachine(),
      stages: this.#stages,
    };
    const name = `${record.started.replaceAll(/[:.]/g, "-")}-${Deno.pid}.json`;
    writeJson(join(this.#folder, name), record);
  }
}

function thisMachine(): MachineRecord {
  return {
    deno: Deno.version.deno,
    target: Deno.build.target,
    processor: cpus()[0]?.model ?? "unknown",
    cpus: navigator.hardwareConcurrency,
    memory: Deno.systemMemoryInfo().total,
  };
}
