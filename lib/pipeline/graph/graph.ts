import type { Stage } from "../file/pipeline.ts";

/** The stages and who waits for whom. */
export interface Graph {
  /** By name, in a topological order that keeps the file's order where it may. */
  readonly stages: ReadonlyMap<string, Stage>;
  /** The stages whose outs this one reads, directly. */
  readonly upstream: ReadonlyMap<string, ReadonlySet<string>>;
  /** The stages that read this one's outs, directly. */
  readonly downstream: ReadonlyMap<string, ReadonlySet<string>>;
}
