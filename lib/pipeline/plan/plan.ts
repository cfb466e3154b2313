import type { Graph } from "../graph/graph.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { Identity } from "./identity.ts";
import type { Reason } from "./reason.ts";

/**
 * What would happen to a stage if it were reproduced now:
 * - `unchanged`: its outs are those of its fingerprint, on disk;
 * - `restorable`: the run cache, or the cache by the lock, holds the outs; they are put in place without running;
 * - `stale`: it has to run;
 * - `absent`: it is as the lock records, but some of its outs are neither on disk nor in the cache; git does not keep them,
 *   or `--allow-missing` leaves them where they are, and nothing that has to run reads them;
 * - `waiting`: an upstream stage has to run (or be restored) first, so its fingerprint is not known yet;
 * - `frozen`: it is left alone.
 */
export type State = "unchanged" | "restorable" | "stale" | "absent" | "waiting" | "frozen";

/** A stage's state, its fingerprint where it can be known, and the reasons (empty when unchanged). */
export interface Evaluation {
  /** The stage's name. */
  readonly stage: string;
  /** What would happen to it. */
  readonly state: State;
  /** sha256, hex. */
  readonly fingerprint?: string;
  /** Why it is not up to date; empty when unchanged or frozen. */
  readonly reasons: readonly Reason[];
  /** What the fingerprint is made of, where it can be known. */
  readonly identity?: Identity;
  /** What the stage left, or is known to leave: of `unchanged`, `restorable` and `absent` stages. */
  readonly result?: KnownResult;
  /** Stages whose outs it reads, which are absent: they have to make them before it runs. */
  readonly needs?: readonly string[];
}

/** What a stage of some fingerprint is known to leave. */
export interface KnownResult {
  /** Their content. */
  readonly outs: readonly OutRecord[];
  /** The version of Deno that ran it. */
  readonly deno: string;
  /** How long it ran, where the run cache tells. */
  readonly seconds?: number;
}

/** The evaluations of a graph's selected stages, in topological order. */
export interface Plan {
  /** All stages. */
  readonly graph: Graph;
  /** Of the selected stages, by name. */
  readonly evaluations: ReadonlyMap<string, Evaluation>;
}
