import type { Resources } from "../file/pipeline.ts";

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
