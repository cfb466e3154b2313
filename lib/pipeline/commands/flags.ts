import type { TypedFlagParameter, TypedPositionalParameters } from "@stricli/core";
import { type Executor, EXECUTORS } from "../file/pipeline.ts";
import type { RevisionScope } from "../values/known_revisions.ts";
import { type Beginning, parseBeginning } from "../verification/beginning.ts";
import type { Context } from "./context.ts";
import { parseTimeBudget, type TimeBudget } from "./time_budget.ts";

/** What every command takes. */
export type FileFlags = {
  /** The pipeline file, as typed. */
  readonly file?: string;
};

/** What every command about stages takes. */
export type CommonFlags = FileFlags & {
  /** Whether targets are patterns. */
  readonly glob: boolean;
};

/** Flags of `repro`. */
export type ReproFlags = CommonFlags & {
  /** Stages at once, from 1 on. */
  readonly jobs?: number;
  /** Run even what did not change. */
  readonly force: boolean;
  /** Run even what did not change, where a stage right upstream of it ran. */
  readonly forceDownstream: boolean;
  /** Only say what would run. */
  readonly dry: boolean;
  /** Go on after a failure. */
  readonly keepGoing: boolean;
  /** Go on after a failure with all, and end with 0. */
  readonly ignoreErrors: boolean;
  /** Ask before each stage that runs. */
  readonly interactive: boolean;
  /** The targets alone. */
  readonly singleItem: boolean;
  /** The targets and what is downstream. */
  readonly downstream: boolean;
  /** The targets and all that is connected with them. */
  readonly pipeline: boolean;
  /** Every stage of the project. */
  readonly allPipelines: boolean;
  /** Targets that are folders mean the stages of all files in them. */
  readonly recursive: boolean;
  /** What is not on disk counts as the lock has it. */
  readonly allowMissing: boolean;
  /** Contents of outs are not kept. */
  readonly noCommit: boolean;
  /** What remotes have is not computed. */
  readonly pull: boolean;
  /** Nothing is restored but what the lock records. */
  readonly noRunCache: boolean;
  /** How long all of it may take. */
  readonly timeBudget?: TimeBudget;
  /** Where stages run, whatever the pipeline says. */
  readonly executor?: Executor;
  /** Wait for no Slurm job. */
  readonly detach: boolean;
  /** For programs: an event a line. */
  readonly json: boolean;
};

/** Flags of `commit` and `checkout`. */
export type ForceFlags = CommonFlags & {
  /** The targets and what they need. */
  readonly withDeps: boolean;
  /** Targets that are folders mean the stages of all files in them. */
  readonly recursive: boolean;
  /** What differs is taken over, or given up. */
  readonly force: boolean;
};

/** Flags of `commit`. */
export type CommitFlags = ForceFlags & {
  /** What is always so: outs are left on disk as they are. */
  readonly noRelink: boolean;
};

/** Flags of `checkout`. */
export type CheckoutFlags = ForceFlags & {
  /** The number of files that change, instead of their outs. */
  readonly summary: boolean;
  /** Outs that are right are put in place anew, too. */
  readonly relink: boolean;
  /** What the cache does not have is no error. */
  readonly allowMissing: boolean;
};

/** Flags of commands that write a table. */
export type TableFlags = JsonFlags & {
  /** For a page in Markdown. */
  readonly md: boolean;
};

/** Flags that round. */
export type RoundingFlags = {
  /** Digits behind the point of floats. */
  readonly precision?: number;
};

/** Flags of `metrics show`. */
export type MetricsShowFlags = TableFlags & RoundingFlags & RevisionScope;

/** Flags of commands that write for people or for programs. */
export type JsonFlags = CommonFlags & {
  /** For programs. */
  readonly json: boolean;
};

/** Flags of `params diff` and `metrics diff`. */
export type DiffFlags = TableFlags & {
  /** Files; all unless given. */
  readonly targets?: readonly string[];
  /** Without the column of paths. */
  readonly noPath: boolean;
  /** What did not change, too. */
  readonly all: boolean;
  /** Of params, those of stages alone. */
  readonly deps: boolean;
};

/** Flags of `plots show`, and of `plots diff` but for the plots. */
export type PlotsFlags = JsonFlags & {
  /** The field along x. */
  readonly x?: string;
  /** The field along y. */
  readonly y?: string;
  /** A template's name or path. */
  readonly template?: string;
  /** Tables have no row of names. */
  readonly noHeader: boolean;
  /** Above the plot. */
  readonly title?: string;
  /** The name of x. */
  readonly xLabel?: string;
  /** The name of y. */
  readonly yLabel?: string;
  /** The folder of the page. */
  readonly out?: string;
  /** The specification of one plot instead of a page. */
  readonly showVega: boolean;
  /** A page to put plots into. */
  readonly htmlTemplate?: string;
  /** The page in a browser. */
  readonly open: boolean;
  /** With `json`: what fills the templates beside them. */
  readonly split: boolean;
};

/** Flags of `plots diff`. */
export type PlotsDiffFlags = PlotsFlags & {
  /** Which plots; all unless given. */
  readonly targets?: readonly string[];
};

/** Flags of `stage list`. */
export type StageListFlags = CommonFlags & {
  /** The stages of all files. */
  readonly all: boolean;
  /** Targets that are folders mean the stages of all files in them. */
  readonly recursive: boolean;
  /** Without descriptions. */
  readonly nameOnly: boolean;
  /** The same. */
  readonly namesOnly: boolean;
};

/** Flags of `logs`. */
export type LogsFlags = FileFlags & {
  /** Until the job has ended. */
  readonly follow: boolean;
};

/** Flags of `status`. */
export type StatusFlags = JsonFlags & {
  /** Targets that are folders mean the stages of all files in them. */
  readonly recursive: boolean;
  /** What is always so: also what the targets need. */
  readonly withDeps: boolean;
  /** Only the exit code. */
  readonly quiet: boolean;
};

/** Flags of `explain`. */
export type ExplainFlags = JsonFlags & {
  /** A git revision. */
  readonly since?: string;
};

/** Flags of `watch`. */
export type WatchFlags = JsonFlags & {
  /** Stages at once, from 1 on. */
  readonly jobs?: number;
  /** Go on after a failure. */
  readonly keepGoing: boolean;
};

/** Flags of `verify`. */
export type VerifyFlags = CommonFlags & {
  /** How far verification goes; each tier includes the one before. */
  readonly tier: Tier;
  /** Stages that are named run with this value, and their tables are compared as far as they then go. */
  readonly beginning?: Beginning;
  /** How many stages are re-executed, of those that could be; all unless given. */
  readonly sample?: number;
  /** Stages at once, from 1 on. */
  readonly jobs?: number;
};

/**
 * - `a`: the outs that are there, and the stages, are those of the lock;
 * - `b`: what can be computed from committed files comes out again;
 * - `c`: everything does, from nothing.
 */
export type Tier = "a" | "b" | "c";

/** Flags of `dag`. */
export type DagFlags = CommonFlags & {
  /** Mermaid instead of text. */
  readonly mermaid: boolean;
  /** Mermaid for a page in Markdown. */
  readonly md: boolean;
  /** Graphviz's language instead of text. */
  readonly dot: boolean;
  /** Outs instead of stages. */
  readonly outs: boolean;
  /** The stages of a `foreach` or `matrix` as one. */
  readonly collapseForeachMatrix: boolean;
  /** The targets and all that is connected with them. */
  readonly full: boolean;
};

/** A flag without a value, false unless given. */
export function flag(brief: string): TypedFlagParameter<boolean, Context> {
  return { kind: "boolean", default: false, withNegated: false, brief };
}

/** `--recursive`. */
export const recursiveFlag: TypedFlagParameter<boolean, Context> = flag(
  "Targets that are folders mean the stages of all dvc.yaml in them",
);

/** `--jobs`. */
export const jobsFlag: TypedFlagParameter<number | undefined, Context> = {
  kind: "parsed",
  parse: parseCount,
  optional: true,
  brief: "Run at most this many stages at once; as many as there are cores unless given (1 for a dvc.yaml)",
  placeholder: "count",
};

/** `--jobs` of what talks to remotes. */
export const requestsFlag: TypedFlagParameter<number | undefined, Context> = {
  kind: "parsed",
  parse: parseCount,
  optional: true,
  brief: "Send at most this many requests at once; 16 unless given",
  placeholder: "count",
};

/** `--precision`. */
export const precisionFlag: TypedFlagParameter<number | undefined, Context> = {
  kind: "parsed",
  parse: parseDigits,
  optional: true,
  brief: "Round floats to so many digits behind the point; 5 unless given, and of small ones the first 5",
  placeholder: "digits",
};

/** `--targets` of files. */
export const fileTargetsFlag: TypedFlagParameter<readonly string[] | undefined, Context> = {
  kind: "parsed",
  parse: asTyped,
  optional: true,
  variadic: true,
  brief:
    "These files, or those in these folders, whether the pipeline names them or not; all that it names unless given",
  placeholder: "path",
};

/** Files as arguments. */
export const fileTargets: TypedPositionalParameters<string[], Context> = {
  kind: "array",
  parameter: {
    parse: asTyped,
    brief:
      "These files, or those in these folders, whether the pipeline names them or not; all that it names unless given",
    placeholder: "path",
  },
};

/** `--time-budget`. */
export const timeBudgetFlag: TypedFlagParameter<TimeBudget | undefined, Context> = {
  kind: "parsed",
  parse: parseTimeBudget,
  optional: true,
  brief: "Have ended after this time, e.g. 2h or 1h30m: stages are asked to end 30 s before, and keep what they can",
  placeholder: "time",
};

/** `--executor`. */
export const executorFlag: TypedFlagParameter<Executor | undefined, Context> = {
  kind: "enum",
  values: EXECUTORS,
  optional: true,
  brief: "Run stages here (local), or as jobs of a Slurm cluster (slurm), whatever the pipeline says",
};

/** `--since`. */
export const sinceFlag: TypedFlagParameter<string | undefined, Context> = {
  kind: "parsed",
  parse: asTyped,
  optional: true,
  brief: "Also say what differs since this git revision, by the lock that it has",
  placeholder: "revision",
};

/** `--tier`. */
export const tierFlag: TypedFlagParameter<Tier, Context> = {
  kind: "enum",
  values: ["a", "b", "c"],
  default: "b",
  brief: "a: compare with the lock; b: also recompute what committed files suffice for; c: all, from nothing",
};

/** `--beginning`. */
export const beginningFlag: TypedFlagParameter<Beginning | undefined, Context> = {
  kind: "parsed",
  parse: parseBeginning,
  optional: true,
  brief:
    "Re-execute the targets from nothing with another value, e.g. epochs=3, and compare the first rows of their tables",
  placeholder: "key=value",
};

/** `--sample`. */
export const sampleFlag: TypedFlagParameter<number | undefined, Context> = {
  kind: "parsed",
  parse: parseCount,
  optional: true,
  brief: "Re-execute this many stages only, chosen at random, and what they need",
  placeholder: "count",
};

/** `--file`. */
export const fileFlags: { file: TypedFlagParameter<string | undefined, Context> } = {
  file: {
    kind: "parsed",
    parse: asTyped,
    optional: true,
    brief: "The pipeline file; else pipeline.yaml or dvc.yaml here or in the nearest folder above",
    placeholder: "path",
  },
};

/** `--file` and `--glob`. */
export const commonFlags: typeof fileFlags & { glob: TypedFlagParameter<boolean, Context> } = {
  ...fileFlags,
  glob: flag("Targets are patterns over stage names: 'train@*'"),
};

/** A flag with a text. */
export function textFlag(brief: string, placeholder: string): TypedFlagParameter<string | undefined, Context> {
  return { kind: "parsed", parse: asTyped, optional: true, brief, placeholder };
}

/** The targets. */
export const targets: TypedPositionalParameters<string[], Context> = {
  kind: "array",
  parameter: {
    parse: asTyped,
    brief: "Stages (train@8), groups (train), outs (outputs/figures) or a folder with a pipeline file of its own",
    placeholder: "target",
    async proposeCompletions(partial: string): Promise<readonly string[]> {
      const { stageNames } = await import("./stage_names.ts");
      return await stageNames(this, partial);
    },
  },
};

/** One stage. */
export const stageTarget: TypedPositionalParameters<[string], Context> = {
  kind: "tuple",
  parameters: [{ ...targets.parameter, brief: "The stage", placeholder: "stage" }],
};

/** Plots. */
export const plotTargets: TypedPositionalParameters<string[], Context> = {
  kind: "array",
  parameter: {
    parse: asTyped,
    brief: "Files with data, or ids of plots in dvc.yaml; all unless given",
    placeholder: "plot",
  },
};

/** `--targets`. */
export const plotTargetsFlag: TypedFlagParameter<readonly string[] | undefined, Context> = {
  kind: "parsed",
  parse: asTyped,
  optional: true,
  variadic: true,
  brief: "Files with data, or ids of plots in dvc.yaml; all unless given",
  placeholder: "plot",
};

/** Any number of git revisions. */
export const manyRevisions: TypedPositionalParameters<string[], Context> = {
  kind: "array",
  parameter: {
    parse: asTyped,
    brief: "Git revisions, or workspace: the files as they are; HEAD and these unless given",
    placeholder: "revision",
  },
};

/** Two git revisions at most. */
export const revisions: TypedPositionalParameters<string[], Context> = {
  kind: "array",
  parameter: {
    parse: asTyped,
    brief: "Git revisions: HEAD and the files as they are unless given",
    placeholder: "revision",
  },
  maximum: 2,
};

/** The word itself. */
export function asTyped(input: string): string {
  return input;
}

function parseCount(input: string): number {
  const count = Number(input);
  if (!Number.isInteger(count) || count < 1) throw new Error(`"${input}" is not a whole number from 1 on`);
  return count;
}

function parseDigits(input: string): number {
  const digits = Number(input);
  if (!/^\d+$/.test(input) || digits > 20) throw new Error(`"${input}" is not a whole number from 0 to 20`);
  return digits;
}
