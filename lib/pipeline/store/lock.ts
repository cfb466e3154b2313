import { readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { Diagnostic, Result } from "../diagnostic.ts";
import type { StageRecord } from "./stage_record.ts";
import { writeDurably } from "./durable_file.ts";
import { sha256 } from "./hash.ts";
import type { IndexDatabase } from "./index_database.ts";
import { recallLock, rememberLock } from "./lock_memory.ts";
import { type ClosureRecord, formatLock, parseLock } from "./lock_text.ts";

/** Grows when locks are remembered otherwise. */
const KIND = "lock 2";

/** What was run: the content of `pipeline.lock`. */
export interface Lock {
  /** Absolute path of the lock file. */
  readonly path: string;
  /** By the stage's name. */
  readonly stages: Map<string, StageRecord>;
  /** Import closures of `run` stages, by digest. */
  readonly closures: Map<string, ClosureRecord>;
}

/**
 * The lock's path for a pipeline file: the same name with `.lock`; `pipeline.lock` for `dvc.yaml`, whose `dvc.lock` is
 * DVC's own.
 */
export function lockPath(pipelineFile: string): string {
  const stem = basename(pipelineFile, extname(pipelineFile));
  return join(dirname(pipelineFile), `${stem === "dvc" ? "pipeline" : stem}.lock`);
}

/**
 * Reads a lock; one that does not exist is an empty one.
 *
 * @param index where the lock is remembered as it last was: reading YAML takes longer than all the rest of a plan
 */
export async function readLock(path: string, index?: IndexDatabase): Promise<Result<Lock>> {
  let text: string;
  try {
    text = await Promise.resolve(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return { ok: true, value: { path, stages: new Map(), closures: new Map() }, diagnostics: [] };
    }
    const problem: Diagnostic = {
      severity: "error",
      message: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
    return { ok: false, diagnostics: [problem] };
  }
  const digest = sha256(text);
  const known = index?.get(KIND, path);
  if (known?.startsWith(digest)) {
    return { ok: true, value: { path, ...recallLock(known.slice(digest.length)) }, diagnostics: [] };
  }
  const content = parseLock({ path, text });
  if (!content.ok) return content;
  index?.set(KIND, path, digest + rememberLock(content.value));
  return { ok: true, value: { path, ...content.value }, diagnostics: content.diagnostics };
}

/**
 * Writes a lock durably, without the closures that no stage names. It does not give way to other work, so that two
 * stages that end at once do not write over each other.
 *
 * @param temporary a folder on the same file system, for the draft; beside the lock where none is given
 */
export function writeLock(lock: Lock, temporary?: string): void {
  const used = new Set([...lock.stages.values()].map(({ closure }) => closure));
  for (const digest of lock.closures.keys()) {
    if (!used.has(digest)) lock.closures.delete(digest);
  }
  writeDurably(lock.path, formatLock(lock), temporary);
}

/** Remembers a lock as it was written, so that the next process need not read its YAML. */
export function keepLock(lock: Lock, index: IndexDatabase): void {
  index.set(KIND, lock.path, sha256(formatLock(lock)) + rememberLock(lock));
}

/** Drops the records of stages that are no longer in the pipeline; true where there were some. */
export function pruneLock(lock: Lock, names: Iterable<string>): boolean {
  const known = new Set(names);
  const gone = [...lock.stages.keys()].filter((name) => !known.has(name));
  for (const name of gone) lock.stages.delete(name);
  return gone.length > 0;
}
