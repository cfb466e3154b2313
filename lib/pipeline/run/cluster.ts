import type { RemoteAddress, Stage } from "../file/pipeline.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Event } from "./event.ts";
import type { Place } from "./executor.ts";
import type { Job } from "./job.ts";

/** Machines on which stages go on even where the engine has ended. */
export interface Cluster {
  /**
   * Makes sure that no job of a stage runs that is not wanted: one of an engine before this, with another fingerprint, is
   * ended, and the outs are put back.
   *
   * @param wanted the stage as it is now; undefined: no job of it is wanted
   * @returns whether there is a job of the stage to be taken over, one was ended, or there was none
   * @throws {StoreError} where the cluster does not say whether there is one
   */
  settle(stage: string, wanted: Wanted | undefined): Promise<"live" | "ended" | "none">;
  /** Does so for all stages that are not among these. */
  tidy(stages: ReadonlySet<string>): Promise<void>;
  /** Where a stage runs there. */
  place(wanted: Wanted): Place;
  /**
   * Submits a stage and leaves it to a later engine; one that is there already and wanted stays.
   *
   * @param job as for a run
   * @param after the jobs that have to end well first, those of the stages that make what it reads
   * @returns the id of its job
   * @throws {StoreError} where the cluster does not take it
   */
  submit(stage: Stage, job: Job, wanted: Wanted, after: readonly string[]): Promise<string>;
}

/** A stage that a job is to be of. */
export interface Wanted {
  /** Its fingerprint; absent where what it reads is yet to be made. */
  readonly fingerprint?: string;
  /** The same apart from what it reads. */
  readonly apart: string;
  /** What it reads. */
  readonly deps: readonly { readonly path: string; readonly sha256: string }[];
}

/** The job of a stage, as somebody sees it who is not the engine that submitted it. */
export interface JobStatus {
  /** Absent where nobody knows whether the cluster took it. */
  readonly id?: string;
  /** In a word of the cluster's: `RUNNING`; `UNKNOWN` where it does not answer, or does not know the job. */
  readonly state: string;
  /** Why it waits, in a word of the cluster's. */
  readonly reason?: string;
}

/** What a cluster needs to know. */
export interface ClusterOptions {
  /** This process is its writer. */
  readonly workspace: Workspace;
  /** Absolute path of the pipeline file. */
  readonly pipeline: string;
  /** Gets what happens. */
  readonly emit: (event: Event) => void;
  /** The remote over which stages get and leave files whose nodes do not see the workspace; none where absent. */
  readonly carrier?: RemoteAddress;
  /** Whether stages are to run there. */
  readonly needed: boolean;
}

/** The reason of a signal by which the engine leaves: what runs on a cluster goes on. */
export class Departure extends Error {
  /** Tells it from other errors. */
  override readonly name = "Departure";
}
