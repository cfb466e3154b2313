import type { Diagnostic } from "../diagnostic.ts";
import type { Reason } from "../plan/reason.ts";

/** What happens while a pipeline runs. The terminal, the plain log and the run's record are readers of the same stream. */
export type Event =
  | { readonly kind: "run started"; readonly time: number; readonly stages: readonly string[]; readonly jobs: number }
  | { readonly kind: "run warning"; readonly time: number; readonly diagnostic: Diagnostic }
  /** The first Ctrl-C, or its like; where a time budget is over, with the seconds that are left of it. */
  | { readonly kind: "run interrupted"; readonly time: number; readonly left?: number }
  | { readonly kind: "waiting for writer"; readonly time: number; readonly process: number; readonly since: string }
  /** What a value such as `with.runtime` came to, and why. */
  | { readonly kind: "value resolved"; readonly time: number; readonly name: string; readonly note: string }
  | { readonly kind: "stage unchanged"; readonly time: number; readonly stage: string; readonly seconds?: number }
  /** It is as the lock records, but these outs are not here and were not asked for, and nothing that ran reads them. */
  | {
    readonly kind: "stage absent";
    readonly time: number;
    readonly stage: string;
    readonly outs: readonly { readonly path: string; readonly size: number }[];
  }
  | {
    readonly kind: "stage restored";
    readonly time: number;
    readonly stage: string;
    readonly reasons: readonly Reason[];
    /** The remote that had what the cache had not. */
    readonly remote?: string;
    readonly seconds?: number;
  }
  | { readonly kind: "stage frozen"; readonly time: number; readonly stage: string }
  | {
    readonly kind: "stage started";
    readonly time: number;
    readonly stage: string;
    readonly reasons: readonly Reason[];
    readonly sandbox?: string;
  }
  /** It is a job of a cluster now. */
  | {
    readonly kind: "stage submitted";
    readonly time: number;
    readonly stage: string;
    /** The job's id. */
    readonly job: string;
    /** True: an engine before this one submitted it. */
    readonly attached: boolean;
    /** Why it is submitted again. */
    readonly because?: string;
  }
  /** Their jobs wait, and have for some seconds, for the same reason; told again where that changes. */
  | {
    readonly kind: "stages waiting";
    readonly time: number;
    readonly stages: readonly string[];
    /** In a word of the cluster's: `Resources`. */
    readonly reason: string;
    /** For people. */
    readonly text: string;
  }
  /** Their jobs, of which that was told, have begun. */
  | { readonly kind: "stages begun"; readonly time: number; readonly stages: readonly string[] }
  | ({ readonly kind: "stage progress"; readonly time: number; readonly stage: string } & Progress)
  | {
    readonly kind: "stage output";
    readonly time: number;
    readonly stage: string;
    readonly stream: "stdout" | "stderr";
    readonly text: string;
  }
  | { readonly kind: "stage warning"; readonly time: number; readonly stage: string; readonly diagnostic: Diagnostic }
  | { readonly kind: "stage finished"; readonly time: number; readonly stage: string; readonly seconds: number }
  | {
    readonly kind: "stage failed";
    readonly time: number;
    readonly stage: string;
    readonly seconds: number;
    readonly diagnostics: readonly Diagnostic[];
  }
  | { readonly kind: "stage skipped"; readonly time: number; readonly stage: string; readonly because: string }
  /** It was asked to end. `resumes`: the next attempt goes on from what this one, or one before, has kept. */
  | { readonly kind: "stage cancelled"; readonly time: number; readonly stage: string; readonly resumes: boolean }
  /** The engine leaves; the stage goes on as a job of a cluster, which the next reproduction takes over. */
  | { readonly kind: "stage left"; readonly time: number; readonly stage: string; readonly job: string }
  /** Contents go to a remote or come from one; the transfer is called by the stage whose they are, or by what is done. */
  | ({ readonly kind: "transfer progress"; readonly time: number; readonly transfer: string } & Progress)
  /** It is over, well or not. Of a transfer of several results: how many came across, and how many were there already. */
  | {
    readonly kind: "transfer ended";
    readonly time: number;
    readonly transfer: string;
    readonly objects: number;
    readonly bytes: number;
    readonly seconds: number;
    readonly results?: number;
    readonly there?: number;
  }
  /** The first Ctrl-C, or its like, during a transfer without stages. */
  | { readonly kind: "transfer interrupted"; readonly time: number }
  | { readonly kind: "run finished"; readonly time: number; readonly seconds: number; readonly ok: boolean };

/** How far a stage is; sent by the stage itself. */
export interface Progress {
  /** Units done. */
  readonly done: number;
  /** Units in all, where known. */
  readonly total?: number;
  /** What is counted: "epoch", "snapshot", "MB"; "B" is shown as kB, MB and so on. */
  readonly unit: string;
  /** The newest numbers worth seeing, e.g. `{ loss: 0.12 }`. */
  readonly values?: { readonly [name: string]: number };
}
