import type { Diagnostic, Range } from "../diagnostic.ts";
import type { Scalar, Value } from "../value.ts";
import type { Exactness } from "./exactness.ts";

/** The name of DVC's own pipeline files. */
export const DVC_FILE = "dvc.yaml";

/** A pipeline file, read, templated, expanded and validated: nothing downstream reads YAML again. */
export interface Pipeline {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** Absolute folder of the pipeline file: deps and outs are relative to it. */
  readonly folder: string;
  /** Every file that was read to make this (the pipeline file, those it extends, params files); absolute. */
  readonly files: readonly string[];
  /** In the order of the file, `foreach` and `matrix` expanded. */
  readonly stages: readonly Stage[];
  /** Absolute paths of the files that `metrics` at the top names, besides those of stages. */
  readonly metrics?: readonly string[];
  /** The same of `params`. */
  readonly params?: readonly string[];
  /** What stages take of the files that `vars` load, by references. */
  readonly variables?: readonly FileVariable[];
  /** What `plots` at the top of each file defines. */
  readonly plots?: readonly FilePlots[];
  /** Whether outs that git does not keep and that are not here are made; absent: not until they are needed. */
  readonly makesAbsent?: boolean;
  /** Where results are shared, in the order in which they are asked; none where absent. */
  readonly remotes?: readonly RemotePlace[];
  /** On Slurm: the one of them over which stages with `scratch` get and leave files; where absent, over the disk of the cache. */
  readonly carrier?: RemoteAddress;
  /** What is no part of an absolute folder that it lies in; undefined: all is. Absent: nothing is ever left out. */
  readonly ignores?: (folder: string) => IgnoredNames | undefined;
}

/** Whether a file or folder of this name is left out. */
export type IgnoredNames = (name: string, isFolder: boolean) => boolean;

/** A scalar of a file that `vars` load. */
export interface FileVariable {
  /** Absolute path of the file. */
  readonly file: string;
  /** Dotted key, with the positions in lists: `model.layers.0`. */
  readonly key: string;
  /** What the file holds there. */
  readonly value: Scalar;
}

/** Where results are shared: a folder, a server of Bazel's HTTP cache protocol, or a bucket. */
export interface RemoteAddress {
  /** Unique. */
  readonly name: string;
  /** As written. */
  readonly url: string;
  /** Absolute; absent for a server. */
  readonly folder?: string;
  /** Nothing is written to it. */
  readonly readOnly: boolean;
  /** Public keys (Ed25519, base64) one of which has to have signed an entry; none: entries need no signature. */
  readonly trusts: readonly string[];
  /** Of a bucket: the address of the server; that of AWS where absent. */
  readonly endpoint?: string;
  /** Of a bucket. */
  readonly region?: string;
  /** Of a bucket: the section of the usual AWS files. */
  readonly profile?: string;
  /** Of an HTTP server: the environment variable that holds the `Authorization` header. */
  readonly authorization?: string;
}

/** The same, and where a file names it. */
export interface RemotePlace extends RemoteAddress {
  /** The name in the file. */
  readonly range: Range;
}

/** The plots that a file defines at its top. */
export interface FilePlots {
  /** Absolute path of the file. */
  readonly file: string;
  /** Display properties by id: a path relative to the file, or any name where `y` names files. */
  readonly plots: readonly (readonly [id: string, properties: PlotProperties])[];
}

/** How a plot is shown: DVC's `x`, `y`, `x_label`, `y_label`, `title`, `template` and `header`. */
export interface PlotProperties {
  /** As written. */
  readonly [name: string]: Value;
}

/** One stage, expanded: every path absolute, every value final. */
export interface Stage {
  /** Unique: `train`, `train@8`, `grid@a-1`. */
  readonly name: string;
  /** The name before `@`. */
  readonly group: string;
  /** What it does, for people. */
  readonly desc?: string;
  /** What runs. */
  readonly action: RunAction | CommandAction;
  /** Absolute folder in which the action runs. */
  readonly wdir: string;
  /** Values of params files that a `cmd` stage depends on. */
  readonly params: readonly Param[];
  /** What it reads, in the order of the file. */
  readonly deps: readonly Dep[];
  /** What it writes: outs, then metrics, then plots. */
  readonly outs: readonly Out[];
  /** The only environment variables the stage sees; undefined: a `cmd` stage sees all of them, a `run` stage none. */
  readonly env?: readonly string[];
  /** Commands whose output tells the versions of what a `cmd` stage runs: `python --version`; part of its fingerprint. */
  readonly tools?: readonly string[];
  /**
   * Environment variables, and absolute paths, that a `run` stage may read though they are no part of its fingerprint, for it
   * verifies what it finds there.
   */
  readonly untracked?: readonly string[];
  /** Hosts that a `run` stage may reach: `true` all, `[]` none. */
  readonly net: true | readonly string[];
  /** True: it is left alone. */
  readonly frozen: boolean;
  /** True: it runs each time. */
  readonly alwaysChanged: boolean;
  /** What it needs of the machine. */
  readonly resources: Resources;
  /** Where it runs; in processes of this machine where absent. */
  readonly executor?: Executor;
  /**
   * On Slurm: the folder of the node in which it runs, out of the cache and back into it; it may begin with an environment variable
   * of the node. In the project where absent.
   */
  readonly scratch?: string;
  /** Anything, for people and other programs. */
  readonly meta?: Value;
  /** The stage's name in the file. */
  readonly range: Range;
}

/** A Deno module, run in a sandbox. */
export interface RunAction {
  /** The kind of action. */
  readonly kind: "run";
  /** Absolute path of the module. */
  readonly module: string;
  /** The values the module gets. */
  readonly with: { readonly [key: string]: Value };
  /** Where the module is named. */
  readonly range: Range;
  /** The place of the value at a path inside `with`, or of the nearest enclosing one. */
  readonly locate: (path: readonly PropertyKey[]) => Range;
}

/** Shell commands, a process each, in order. */
export interface CommandAction {
  /** The kind of action. */
  readonly kind: "cmd";
  /** One or more, none empty. */
  readonly lines: readonly string[];
  /** Where they stand. */
  readonly range: Range;
}

/** A value of a params file (one that no stage makes) that a stage depends on. */
export interface Param {
  /** Absolute path of the params file. */
  readonly file: string;
  /** Dotted key, e.g. `train.lr`; empty: the whole file. */
  readonly key: string;
  /** What the file holds there; undefined: nothing, see `problem`. */
  readonly value: Value | undefined;
  /** Why there is no value; said where the stage would run. */
  readonly problem?: Diagnostic;
  /** Where the key is named. */
  readonly range: Range;
}

/** A file or folder that a stage reads. */
export interface Dep {
  /** Absolute and normalised, without a trailing slash. */
  readonly path: string;
  /** Relative to the pipeline's folder, with `/`. */
  readonly relative: string;
  /** The key, where deps are a map. */
  readonly name?: string;
  /** The position, where a named dep is a list (`foreach`/`do` in a dep). */
  readonly index?: number;
  /**
   * The dep is all files that this pattern matches, relative to the folder that `path` then is; `relative` is the whole
   * pattern.
   */
  readonly glob?: string;
  /** The pattern by which this file was found. */
  readonly matches?: string;
  /** Where the path stands. */
  readonly range: Range;
}

/** A file or folder that a stage writes. */
export interface Out {
  /** Absolute and normalised, without a trailing slash. */
  readonly path: string;
  /** Relative to the pipeline's folder, with `/`. */
  readonly relative: string;
  /** The key, where outs are a map. */
  readonly name?: string;
  /** Under which key it is listed. */
  readonly kind: "out" | "metric" | "plot";
  /** False: not kept in the cache. */
  readonly cache: boolean;
  /** True: not removed before the stage runs. */
  readonly persist: boolean;
  /** What it is, for people. */
  readonly desc?: string;
  /** How a plot is shown; several ways where it is defined several times. */
  readonly plot?: readonly PlotProperties[];
  /** How exactly it must come out again from the same deps; to the byte where absent. */
  readonly verify?: Exactness;
  /** How exactly from deps that did not come out to the byte; as `verify` where absent. */
  readonly diverged?: Exactness;
  /** Where the path stands. */
  readonly range: Range;
}

/** What a stage needs of the machine. */
export interface Resources {
  /** Cores; may be a fraction. */
  readonly cpus: number;
  /** Whole devices. */
  readonly gpus: number;
  /** Bytes; 0: not stated. */
  readonly memory: number;
  /** Seconds; 0: no limit. */
  readonly time: number;
  /** On Slurm: the partition that it is queued in. */
  readonly partition?: string;
  /** On Slurm: the account that is charged. */
  readonly account?: string;
  /** On Slurm: the quality of service. */
  readonly qos?: string;
  /** On Slurm: the features that nodes must have, as `sbatch --constraint` takes them. */
  readonly constraint?: string;
}

/** Where stages run: in processes of this machine, or in jobs of a Slurm cluster. */
export type Executor = (typeof EXECUTORS)[number];

/** All executors. */
export const EXECUTORS = ["local", "slurm"] as const;
