import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { readDocument } from "../file/document.ts";
import { child, toPlain, toValue } from "../file/node.ts";
import type { Stage } from "../file/pipeline.ts";
import { isMap, type Value } from "../value.ts";

/** A stage of a `dvc.lock`. */
export interface DvcRecord {
  /** The commands, a process each. */
  readonly lines: readonly string[];
  /** md5 by path; `.dir` at the end of a folder's. */
  readonly deps: ReadonlyMap<string, string>;
  /** Values by file and key. */
  readonly params: { readonly [file: string]: Value };
  /** As of deps. */
  readonly outs: ReadonlyMap<string, string>;
}

const files = z.array(z.looseObject({ path: z.string(), md5: z.string().optional() })).default([]);
const lockSchema = z.looseObject({
  schema: z.literal("2.0"),
  stages: z.record(
    z.string(),
    z.looseObject({ cmd: z.union([z.string(), z.array(z.string())]), deps: files, outs: files }),
  ).default({}),
});

/** The locks of a DVC project's folders, read when they are asked for. */
export class DvcLocks {
  readonly #root: string;
  readonly #read: (path: string) => Promise<string | undefined>;
  readonly #locks = new Map<string, ReadonlyMap<string, DvcRecord>>();

  /**
   * None is read yet.
   *
   * @param root absolute folder of the project
   * @param read the text of a `dvc.lock`, by its absolute path; undefined where there is none
   */
  constructor(root: string, read: (path: string) => Promise<string | undefined>) {
    this.#root = root;
    this.#read = read;
  }

  /**
   * What the lock beside a stage's file has of it, with absolute paths; undefined: nothing.
   *
   * @throws {Error} where it is no lock of schema 2.0; the message is a sentence
   */
  async recordOf({ name, wdir }: Pick<Stage, "name" | "wdir">): Promise<DvcRecord | undefined> {
    const colon = name.indexOf(":");
    const path = join(this.#root, dirname(name.slice(0, Math.max(colon, 0))), "dvc.lock");
    const lock = this.#locks.get(path) ?? parseDvcLock(path, await this.#read(path));
    this.#locks.set(path, lock);
    const record = lock.get(name.slice(colon + 1));
    return record && placed(record, wdir);
  }
}

/** The text of a file; undefined where there is none. */
export async function readTextFile(path: string): Promise<string | undefined> {
  return await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
}

/** The stages of a `dvc.lock`, with paths as written: relative to the stages' `wdir`. */
function parseDvcLock(path: string, text: string | undefined): ReadonlyMap<string, DvcRecord> {
  if (text === undefined) return new Map();
  const document = readDocument({ path, text });
  const checked = document.ok ? lockSchema.safeParse(toPlain(document.value)) : undefined;
  if (!document.ok || !checked?.success) {
    throw new Error(`${path} is no lock of DVC with schema 2.0; run \`dvc repro\` first`);
  }
  const written = child(document.value, "stages");
  return new Map(
    Object.entries(checked.data.stages).map(([name, { cmd, deps, outs }]) => {
      const params = child(child(written, name), "params");
      const values = params === undefined ? {} : toValue(params);
      const lines = (typeof cmd === "string" ? cmd.split(/\r?\n/) : cmd).filter((line) => line.trim() !== "");
      return [name, { lines, deps: digests(deps), outs: digests(outs), params: isMap(values) ? values : {} }];
    }),
  );
}

/** The record with absolute paths. */
function placed(record: DvcRecord, wdir: string): DvcRecord {
  const absolute = <T>(entries: Iterable<readonly [string, T]>): [string, T][] =>
    [...entries].map(([path, value]) => [resolve(wdir, path), value]);
  return {
    ...record,
    deps: new Map(absolute(record.deps)),
    outs: new Map(absolute(record.outs)),
    params: Object.fromEntries(absolute(Object.entries(record.params))),
  };
}

function digests(entries: z.output<typeof files>): ReadonlyMap<string, string> {
  return new Map(entries.flatMap(({ path, md5 }) => md5 === undefined ? [] : [[path, md5] as const]));
}
