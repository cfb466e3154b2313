import { join } from "node:path";
import type { Diagnostic, Range, Source } from "../diagnostic.ts";
import type { RemoteAddress, Stage } from "../file/pipeline.ts";
import type { Event } from "../run/event.ts";
import type { Job } from "../run/job.ts";
import type { OutRecord } from "../store/out_record.ts";
import { toJson } from "../value.ts";

/** What a job is to do: all that the node needs to know of a stage, as JSON. */
export interface Work {
  /** Grows when the shape changes. */
  readonly schema: 1;
  /** Without what the action does not need. */
  readonly stage: Stage;
  /** Likewise. */
  readonly job: Pick<Job, "code" | "resolutions" | "root" | "state">;
  /** Absolute folder for files of the run, see `StageRun`. */
  readonly folder: string;
  /** sha256, hex, of the local modules by absolute path, as they were when the stage was judged. */
  readonly modules: Readonly<Record<string, string>>;
  /** Where it runs in a folder of the node alone. */
  readonly scratch?: ScratchWork;
  /** Where all of that comes over a remote, and goes. */
  readonly carried?: {
    /** The keys of what the jobs that come first leave, see `parcelKey`. */
    readonly before: readonly string[];
  };
  /** Whether the deps are to be noted before the stage begins, since nobody knew them. */
  readonly notesDeps: boolean;
}

/** What a node needs to know to run a stage without the project: in a folder of its own, out of the cache and back into it. */
export interface ScratchWork {
  /** The folder of the node in which that folder is made; it may begin with an environment variable: `$TMPDIR`. */
  readonly within: string;
  /** Absolute root of the project. */
  readonly root: string;
  /** Absolute folder of the cache's contents. */
  readonly cache: string;
  /** Absolute folder for what is not complete, on the same file system. */
  readonly drafts: string;
  /** What is put in place. */
  readonly inputs: readonly Placed[];
  /** Absolute paths of the files in which the jobs that came first have noted their outs. */
  readonly before: readonly string[];
  /** Absolute path of the file in which the outs are noted, by rename. */
  readonly outs: string;
}

/** The environment variable by which a node that does not see the workspace gets its {@linkcode DistantOrder}, as JSON. */
export const DISTANT_ORDER = "PIPELINE_DISTANT_ORDER";

/** What such a node needs to know to find its work. */
export interface DistantOrder {
  /** The remote over which all comes and goes. */
  readonly carrier: RemoteAddress;
  /** The name of its job. */
  readonly name: string;
  /** As in {@linkcode ScratchWork}. */
  readonly within: string;
}

/** A content of the cache, and where it stands in the project. */
export interface Placed {
  /** Absolute. */
  readonly path: string;
  /** What it is. */
  readonly record: OutRecord;
}

/** sha256, hex, of the deps as a job found them, by their path relative to the pipeline's folder. */
export type DepsRecord = Readonly<Record<string, string>>;

/** What a job leaves when it ends, by rename: without it, nobody takes its stage for done. */
export interface ExitRecord {
  /** Grows when the shape changes. */
  readonly schema: 1;
  /** The node it ran on. */
  readonly node: string;
  /** How long the stage ran. */
  readonly seconds: number;
  /** True: the job was asked to end before the stage had. */
  readonly asked: boolean;
  /** Why the stage failed; empty: it did not. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The files in the folder of a job, or of a task of an array. */
export interface TaskFiles {
  /** {@linkcode Work}. */
  readonly work: string;
  /** An event a line, as JSON. */
  readonly events: string;
  /** {@linkcode DepsRecord}. */
  readonly deps: string;
  /** {@linkcode ExitRecord}. */
  readonly exit: string;
  /** What the job prints besides. */
  readonly log: string;
}

/** Where they are. */
export function taskFiles(folder: string): TaskFiles {
  const file = (name: string): string => join(folder, name);
  return {
    work: file("work.json"),
    events: file("events.jsonl"),
    deps: file("deps.json"),
    exit: file("exit.json"),
    log: file("log"),
  };
}

/** A stage as text: places in files without the files' texts, values as a module gets them. */
export function workText(work: Work): string {
  const { meta: _, action, ...stage } = work.stage;
  const spoken = action.kind === "run" ? { ...action, with: toJson({ ...action.with }) } : action;
  return withoutSources({ ...work, stage: { ...stage, action: spoken, params: [] } });
}

/** JSON in which the texts of sources are left out. */
export function withoutSources(value: unknown): string {
  return JSON.stringify(value, (key, part) => key === "source" ? { path: part.path, text: "" } : part);
}

/** The inverse, for what speaks of a stage: events and exit records. */
export class SourceReader {
  readonly #sources: ReadonlyMap<string, Source>;

  /** Knows the files in which the stage is written. */
  constructor({ range, action, deps, outs }: Stage) {
    const ranges: readonly Range[] = [range, action.range, ...[...deps, ...outs].map((part) => part.range)];
    this.#sources = new Map(ranges.map(({ source }) => [source.path, source]));
  }

  /**
   * Reads an event or an exit record.
   *
   * @throws {SyntaxError} where it is torn
   */
  read<T extends Event | ExitRecord>(text: string): T {
    return JSON.parse(text, (key, part) => key === "source" ? this.#sources.get(part.path) ?? part : part);
  }
}
