/**
 * What people and programs read of a benchmark.
 *
 * @module
 */
import { median, medianRatio } from "../median.ts";
import type { EngineName } from "./engines.ts";
import type { Timings } from "./measurement.ts";
import type { Mode } from "./pytorch.ts";

/** A network in a precision: what it took, or why that is not known. */
export interface ReportRow {
  /** What people call it. */
  readonly network: string;
  /** Of products and convolutions. */
  readonly precision: string;
  /** What took how long, as far as it was measured. */
  readonly timings?: Timings;
  /** What went wrong, if anything did. */
  readonly error?: string;
}

/** All that a benchmark found. */
export interface Report {
  /** Whether it was small, so that its times say nothing. */
  readonly trial: boolean;
  /** Examples a step. */
  readonly batch: number;
  /** Rounds that count. */
  readonly rounds: number;
  /** What each of ours is on this machine. */
  readonly engines: Readonly<Partial<Record<EngineName, string>>>;
  /** PyTorch's version and what it computes on. */
  pytorch?: string;
  /** Deno's version. */
  readonly deno: string;
  /** The networks, in the order in which they were measured. */
  readonly rows: ReportRow[];
}

/** Columns of the table: ours, then PyTorch's ways. */
export interface Columns {
  /** Ours, of which the first is compared with PyTorch. */
  readonly ours: readonly EngineName[];
  /** PyTorch's ways. */
  readonly modes: readonly Mode[];
}

/** The table: milliseconds a step, and the first column's ratio to each of PyTorch's. */
export function tableOf({ rows, batch, rounds, engines, pytorch }: Report, columns: Columns): string {
  const header = ["network", "precision", ...columns.ours, ...columns.modes.flatMap((mode) => [mode, "ratio"])];
  const seen = Object.entries(engines).map(([name, identity]) => `${name} is ${identity}`);
  return [
    `Milliseconds a step of ${batch} images, medians of ${rounds} rounds; ${
      [...seen, pytorch ?? []].flat().join("; ")
    }`,
    "",
    line(header),
    line(header.map(() => "--:")),
    ...rows.map((row) => line(cellsOf(row, columns))),
    ...rows.flatMap(remarksOn).map((remark, index) => index === 0 ? `\n${remark}` : remark),
  ].join("\n");
}

/** What went wrong in a row, a line each. */
export function remarksOn({ network, precision, timings = {}, error }: ReportRow): string[] {
  const subject = `${network} in ${precision}`;
  return [
    ...error === undefined ? [] : [`${subject} failed: ${error}`],
    ...Object.entries(timings).flatMap(([name, { error, sameBytes }]) => [
      ...error === undefined ? [] : [`${subject} failed by ${name}: ${error}`],
      ...sameBytes === false ? [`${subject} by ${name} had other losses from round to round.`] : [],
    ]),
  ];
}

/** The cells of a row; one that was not measured has a dash. */
function cellsOf({ network, precision, timings = {} }: ReportRow, { ours, modes }: Columns): string[] {
  const time = (name: EngineName | Mode) => {
    const times = timesOf(timings, name);
    return times.length === 0 ? "-" : median(times).toFixed(3);
  };
  const first = timesOf(timings, ours[0]!);
  const compared = modes.flatMap((mode) => {
    const theirs = timesOf(timings, mode);
    return [time(mode), first.length === 0 || theirs.length === 0 ? "-" : medianRatio(first, theirs).toFixed(2)];
  });
  return [network, precision, ...ours.map(time), ...compared];
}

/** The times of an engine that went through all rounds. */
function timesOf(timings: Timings, name: EngineName | Mode): readonly number[] {
  const { times = [], error } = timings[name] ?? {};
  return error === undefined ? times : [];
}

/** A line of a Markdown table. */
function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
