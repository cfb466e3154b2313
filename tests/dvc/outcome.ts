/** What came of a command line, as far as the two programs are to agree. */
export interface Outcome {
  /** Whether the exit code is 0. */
  readonly ok: boolean;
  /** Stages whose commands were started, in order, by address from the project's root. */
  readonly ran: readonly string[];
  /** Stages whose outs came from the cache. */
  readonly restored: readonly string[];
  /** What the lock says of each stage. */
  readonly lock: Readonly<Record<string, LockedStage>>;
  /** What was said as JSON, where that was asked for. */
  readonly json?: unknown;
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** A stage in a lock. Paths are relative to the project's root. */
export interface LockedStage {
  /** Bytes, and for a folder the number of its files. */
  readonly deps: Readonly<Record<string, Extent>>;
  /** Values by file and key. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** As of deps. */
  readonly outs: Readonly<Record<string, Extent>>;
}

/** Bytes, and for a folder the number of its files. */
export type Extent = readonly [size: number | null, files: number | null];

/** A program that runs the command lines of projects. */
export interface Program extends Disposable {
  /** Its name. */
  readonly name: string;
  /**
   * Runs a command line in a folder of a project.
   *
   * @returns what came of it, and all that was said
   */
  run(root: string, folder: string, args: readonly string[]): Promise<{ outcome: Outcome; log: string }>;
}

/**
 * The line of an output that is JSON; paths in the project's root from there, commits by their place instead of their ids,
 * and of what is wrong no more than where, since the sentences are each program's own.
 */
export function jsonIn(args: readonly string[], output: string, root: string): { readonly json?: unknown } {
  const isWanted = args.includes("--json") || args.includes("--show-vega");
  const line = isWanted ? output.split("\n").find((text) => text.startsWith("{")) : undefined;
  if (line === undefined) return {};
  const commits = [...new Set(line.match(/\b[0-9a-f]{40}\b/g))];
  const text = commits.reduce(
    (text, commit, place) => text.replaceAll(commit, `commit ${place}`),
    line.replaceAll(`${root}/`, "./"),
  );
  const { errors, ...json } = JSON.parse(text, (key, value) => key === "error" ? "wrong" : value) as {
    errors?: Record<string, unknown>[];
  };
  const places = errors?.map(({ name, rev, source }) => ({ name, rev, source }));
  return { json: places === undefined ? json : { ...json, errors: places } };
}
