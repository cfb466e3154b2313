import type { Workspace } from "../store/workspace.ts";
import type { Event } from "./event.ts";
import type { Place } from "./executor.ts";

/** Machines on which stages go on even where the engine has ended. */
export interface Cluster {
  /**
   * Makes sure that no job of a stage runs that is not wanted: one of an engine before this, with another fingerprint, is
   * ended, and the outs are put back.
   *
   * @param fingerprint as the stage is now; undefined: no job of it is wanted
   * @returns whether there is a job of the stage to be taken over, one was ended, or there was none
   * @throws {StoreError} where the cluster does not say whether there is one
   */
  settle(stage: string, fingerprint: string | undefined): Promise<"live" | "ended" | "none">;
  /** Does so for all stages that are not among these. */
  tidy(stages: ReadonlySet<string>): Promise<void>;
  /** Where a stage runs there. */
  place(fingerprint: string): Place;
}

/** What a cluster needs to know. */
export interface ClusterOptions {
  /** This process is its writer. */
  readonly workspace: Workspace;
  /** Absolute path of the pipeline file. */
  readonly pipeline: string;
  /** Gets what happens. */
  readonly emit: (event: Event) => void;
  /** Whether stages are to run there. */
  readonly needed: boolean;
}

/** The reason of a signal by which the engine leaves: what runs on a cluster goes on. */
export class Departure extends Error {
  /** Tells it from other errors. */
  override readonly name = "Departure";
}
