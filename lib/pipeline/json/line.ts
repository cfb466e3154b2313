import type { State } from "../plan/plan.ts";
import type { Reason } from "../plan/reason.ts";
import type { JobStatus } from "../run/cluster.ts";
import type { Event } from "../run/event.ts";
import type { DepRecord } from "../store/stage_record.ts";
import type { Json } from "../value.ts";

/** What `--json` writes carries this number. It grows when a key changes its meaning or goes. */
export const JSON_SCHEMA = 1;

/** A reason, and the same for people. */
export type ReasonJson = Reason & {
  /** `with.lr: 0.1 -> 0.05` */
  readonly text: string;
};

/** An error or a warning. */
export interface DiagnosticJson {
  /** An error stops what was asked for, a warning does not. */
  readonly severity: "error" | "warning";
  /** One sentence without a period. */
  readonly message: string;
  /** Relative to the current folder where that is shorter. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** In characters, from 1. */
  readonly column?: number;
  /** What helps. */
  readonly hints: readonly string[];
}

/** A line about what is wrong, or doubtful, with a pipeline or its lock. */
export interface DiagnosticLine {
  /** See {@linkcode JSON_SCHEMA}. */
  readonly schema: typeof JSON_SCHEMA;
  /** Tells it from other lines. */
  readonly kind: "diagnostic";
  /** What it is. */
  readonly diagnostic: DiagnosticJson;
}

/** A line of `repro --json`, or of another command that takes a while: an event, with the time as ISO 8601 in UTC. */
export type EventJson = Event extends infer E ? E extends Event ?
      & { readonly schema: typeof JSON_SCHEMA }
      & {
        readonly [K in keyof E]: K extends "time" ? string
          : K extends "reasons" ? readonly ReasonJson[]
          : K extends "diagnostic" ? DiagnosticJson
          : K extends "diagnostics" ? readonly DiagnosticJson[]
          : E[K];
      }
  : never
  : never;

/** The line of `status --json` for a pipeline file. */
export interface StatusJson {
  /** See {@linkcode JSON_SCHEMA}. */
  readonly schema: typeof JSON_SCHEMA;
  /** Tells it from other lines. */
  readonly kind: "status";
  /** The pipeline file, relative to the current folder where that is shorter. */
  readonly pipeline: string;
  /** In topological order. */
  readonly stages: readonly StageStatusJson[];
}

/** What would become of a stage. */
export interface StageStatusJson {
  /** Its name. */
  readonly stage: string;
  /** What would become of it. */
  readonly state: State;
  /** sha256, hex; absent where it cannot be known yet. */
  readonly fingerprint?: string;
  /** Why it is not up to date. */
  readonly reasons: readonly ReasonJson[];
  /** The Slurm job that the next `repro` takes over, if it is still wanted. */
  readonly job?: JobStatus;
}

/** The line of `explain --json` for a stage. */
export interface ExplanationJson extends StageStatusJson {
  /** See {@linkcode JSON_SCHEMA}. */
  readonly schema: typeof JSON_SCHEMA;
  /** Tells it from other lines. */
  readonly kind: "explanation";
  /** The pipeline file, relative to the current folder where that is shorter. */
  readonly pipeline: string;
  /** What differs from a git revision's lock. */
  readonly since?: {
    /** As it was typed. */
    readonly revision: string;
    /** What the lock of that revision has; absent where it has none, or is DVC's. */
    readonly fingerprint?: string;
    /** What differs. */
    readonly reasons: readonly ReasonJson[];
  };
  /** What the fingerprint is made of. */
  readonly parts: PartsJson;
}

/** What a fingerprint is made of. */
export interface PartsJson {
  /** The commands. */
  readonly cmd?: readonly string[];
  /** The module, relative to the root of the project. */
  readonly run?: string;
  /** Digests of the local modules that it imports, by path. */
  readonly modules?: { readonly [path: string]: string };
  /** Integrities of npm packages by `name@version`. */
  readonly packages?: { readonly [name: string]: string };
  /** The module's values. */
  readonly with?: Json;
  /** What values come to on this machine. */
  readonly resolved?: { readonly [path: string]: Json };
  /** By file, then by dotted key. */
  readonly params?: Json;
  /** sha256 of variables; null for one that is not set. */
  readonly env?: { readonly [name: string]: string | null };
  /** What the commands that tell versions printed. */
  readonly tools?: { readonly [command: string]: string };
  /** The working folder. */
  readonly wdir?: string;
  /** What it reads. */
  readonly deps: readonly DepRecord[];
  /** Deps that are not there. */
  readonly missing: readonly string[];
  /** What it writes. */
  readonly outs: readonly { readonly path: string; readonly name?: string; readonly persist: boolean }[];
}
