import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "../diagnostic.ts";
import { formatDiagnostic } from "../diagnostic_text.ts";
import type { Event } from "../run/event.ts";
import { durationText, timeText } from "./quantity.ts";
import { reasonsText } from "../plan/reason_text.ts";
import type { Style } from "./style.ts";

/** The look of event lines. */
export interface EventTextOptions {
  /** How words stand out. */
  readonly style: Style;
  /** Whether diagnostics are coloured. */
  readonly color: boolean;
  /** Paths in diagnostics are shown relative to this absolute folder. */
  readonly folder: string;
  /** Width in columns, now; absent where lines may have any length. */
  readonly columns?: () => number;
}

/** A line of the log; what a stage prints may be cut where lines are short, the rest is read in full. */
export interface LogLine {
  /** Without a line end. */
  readonly text: string;
  /** True: to be read in full. */
  readonly whole: boolean;
}

/** What an event says in a log: none, one or several lines. Progress, unchanged stages and the summary say nothing here. */
export function eventLines(event: Event, options: EventTextOptions): LogLine[] {
  const { style } = options;
  switch (event.kind) {
    case "run warning":
      return diagnosticLines(event.diagnostic, options, "");
    case "run interrupted":
      return [line(style.doubtful(interruptedText(event.left)))];
    case "transfer interrupted":
      return [
        line(
          style.doubtful("interrupted: what is across stays, and the next call goes on from there; once more ends it"),
        ),
      ];
    case "waiting for writer":
      return [line(`waits for process ${event.process}, which has been running since ${timeText(event.since)}`)];
    case "value resolved":
      return [line(`${event.name}: ${event.note}`)];
    case "stage restored":
      return [line(`${style.good(event.stage)} restored${from(event.remote)}${because(event.reasons)}`)];
    case "stage started": {
      const sandbox = event.sandbox === undefined || event.sandbox === "full" ? "" : ` (sandbox: ${event.sandbox})`;
      return [line(`${style.busy(event.stage)} runs${because(event.reasons)}${style.dim(sandbox)}`)];
    }
    case "stage submitted": {
      const [verb, why] = [event.attached ? "goes on" : "waits", event.because];
      return [
        line(`${style.busy(event.stage)} ${verb} as Slurm job ${event.job}${why === undefined ? "" : `: ${why}`}`),
      ];
    }
    case "stages waiting":
      return [line(`${style.doubtful(waitersText(event.stages))} in Slurm: ${event.text}`)];
    case "stage left":
      return [line(`${style.doubtful(event.stage)} goes on as Slurm job ${event.job}; the next repro takes it over`)];
    case "stage output":
      return outputLines(event.text)
        .map((text) => ({ text: `${style.dim(`${event.stage} |`)} ${text}`, whole: false }));
    case "stage warning":
      return [line(`${style.doubtful(event.stage)} warns:`), ...diagnosticLines(event.diagnostic, options)];
    case "stage finished":
      return [line(`${style.good(event.stage)} finished in ${durationText(event.seconds)}`)];
    case "stage failed":
      return [
        line(`${style.bad(event.stage)} failed after ${durationText(event.seconds)}`),
        ...event.diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, options)),
      ];
    case "stage skipped":
      return [line(`${style.doubtful(event.stage)} skipped, since ${event.because} failed`)];
    case "stage cancelled":
      return [line(`${style.doubtful(event.stage)} cancelled${event.resumes ? "; the next repro resumes it" : ""}`)];
    case "run started":
    case "stage unchanged":
    case "stage absent":
    case "stage frozen":
    case "stage progress":
    case "stages begun":
    case "transfer progress":
    case "transfer ended":
    case "run finished":
      return [];
    default:
      return event satisfies never;
  }
}

/** Stages that are named; those beyond are counted. */
const MOST = 3;

function waitersText(stages: readonly string[]): string {
  const rest = stages.length - MOST;
  const named = stages.slice(0, MOST).join(", ");
  return `${named}${rest > 0 ? ` and ${rest} more` : ""} ${stages.length === 1 ? "waits" : "wait"}`;
}

function from(remote: string | undefined): string {
  return remote === undefined ? "" : ` from ${remote}`;
}

function interruptedText(left: number | undefined): string {
  if (left === undefined) return "interrupted: the running stages are asked to end; once more kills them";
  const rest = left > 0 ? `${durationText(left)} are left of the time budget` : "the time budget is over";
  return `${rest}: the running stages are asked to end, and nothing more starts`;
}

function line(text: string): LogLine {
  return { text, whole: true };
}

function because(reasons: Parameters<typeof reasonsText>[0]): string {
  return reasons.length === 0 ? "" : `: ${reasonsText(reasons)}`;
}

function diagnosticLines(diagnostic: Diagnostic, options: EventTextOptions, indent = "  "): LogLine[] {
  const columns = options.columns && options.columns() - indent.length;
  return formatDiagnostic(diagnostic, { ...options, columns }).trimEnd().split("\n")
    .map((text) => line(`${indent}${text}`));
}

/** A stage's own output: what it overdrew (`\r`) and its control sequences are left out. */
function outputLines(text: string): string[] {
  return text.replace(/\n$/, "").split("\n")
    .map((raw) => stripVTControlCharacters(raw.replace(/\r$/, "").split("\r").at(-1) ?? ""));
}
