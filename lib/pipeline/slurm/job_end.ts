import { readFileSync } from "node:fs";
import type { Stage } from "../file/pipeline.ts";
import { failure, resourceHints } from "../run/failure.ts";
import type { ActionEnd } from "../run/stage_run.ts";
import type { QueueEntry } from "./client.ts";
import { ACCIDENTS } from "./job_state.ts";
import type { PlacedTask } from "./submissions.ts";
import { type ExitRecord, taskFiles } from "./work.ts";

/** How a job ended, as far as is known: what it left, what Slurm says, or neither. */
export interface JobEnd {
  /** What it left. */
  readonly record?: ExitRecord;
  /** What Slurm says; of a job that left word of success it is not asked. */
  readonly entry?: QueueEntry;
}

/** Whether a job left word of success: nothing else counts as that. */
export function succeeded({ record }: JobEnd): boolean {
  return record !== undefined && !record.asked && record.diagnostics.length === 0;
}

/** Why a job is to be run again, in a few words; undefined: what ended it was no accident. */
export function accident({ job }: PlacedTask, end: JobEnd): string | undefined {
  const cause = succeeded(end) ? undefined : ACCIDENTS[end.entry?.state ?? ""];
  return cause === undefined ? undefined : `job ${job} ${cause}`;
}

/** How a stage ended whose job did. Only what the job itself left counts as success. */
export function actionEnd(stage: Stage, task: PlacedTask, end: JobEnd): ActionEnd {
  const { record, entry } = end;
  const seconds = record === undefined ? {} : { seconds: record.seconds };
  if (succeeded(end)) return { diagnostics: [], ...seconds };
  const log = tail(taskFiles(task.folder).log);
  const cause = causeOf(task, end, log);
  if (cause === undefined && record?.asked === false) return { ...record, ...seconds };
  const [text, ...hints] = cause ??
    [`was ended by a signal in ${named(task)}, and Slurm does not say why (it says ${entry?.state ?? "nothing"})`];
  return { diagnostics: [failure(stage, text, hints)], ...seconds };
}

function named({ job }: PlacedTask): string {
  return `Slurm job ${job}`;
}

/** What ended a job, and what helps; undefined: the stage did, and the record says how. */
function causeOf(task: PlacedTask, { record, entry }: JobEnd, log: string): [string, ...string[]] | undefined {
  const job = named(task);
  const said = log === ""
    ? []
    : [["What its job printed last:", ...log.split("\n").map((line) => `  ${line}`)].join("\n")];
  const state = entry?.state ?? "UNKNOWN";
  if (state === "OUT_OF_MEMORY" || (state !== "COMPLETED" && /oom.kill|exceeded.*memory limit/i.test(log))) {
    return [`took more memory than ${job} may`, "Raise its resources.memory, or give it less to do"];
  }
  switch (state) {
    case "TIMEOUT":
    case "DEADLINE":
      return [
        `ran into the time limit of ${job}`,
        "Raise its resources.time, or choose a resources.partition that allows more",
      ];
    case "CANCELLED":
      return [`was cancelled in Slurm, as job ${task.job}`, "The next repro submits it again"];
    case "PREEMPTED":
    case "NODE_FAIL":
    case "BOOT_FAIL":
      return [
        `failed: job ${task.job} ${ACCIDENTS[state]}, as the jobs before it`,
        ...task.before.map((text) => `Before: ${text}`),
      ];
  }
  if (record !== undefined) return undefined;
  if (state === "UNKNOWN") {
    return [`was lost: Slurm does not know job ${task.job} any more, and it left no word`, ...said];
  }
  return [
    `failed: ${job} ended as ${state}${
      entry?.reason === "None" ? "" : ` (${entry?.reason})`
    } and left no word of its stage`,
    ...resourceHints(log),
    ...placeHints(task, entry),
    ...said,
  ];
}

/** What helps where the node may not have been able to leave word. */
function placeHints({ carrier, folder }: PlacedTask, entry: QueueEntry | undefined): string[] {
  if (carrier !== undefined) {
    return [
      `Its node may not reach the remote ${carrier.name}, or not have its credentials, Deno (${Deno.execPath()}) or the engine`,
    ];
  }
  // So Slurm has a job end whose log cannot be opened.
  if (!/^(JobLaunchFailure|RaisedSignal:53)/.test(entry?.reason ?? "")) return [];
  return [
    `Its node may not see ${folder}: have .pipeline on a disk that nodes share, or name a remote over which files go: slurm: { scratch: $TMPDIR, remote: NAME }`,
  ];
}

/** The last lines of a file. */
function tail(path: string): string {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").slice(-10).join("\n");
  } catch {
    return "";
  }
}
