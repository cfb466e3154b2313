import { hostname } from "node:os";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { runAction } from "../run/action.ts";
import { gpuDevices } from "../run/devices.ts";
import type { Event } from "../run/event.ts";
import { missingOuts } from "../run/executor.ts";
import { failure, LogTail } from "../run/failure.ts";
import { Digests } from "../store/digests.ts";
import { writeDurably } from "../store/durable_file.ts";
import { sha256 } from "../store/hash.ts";
import { IndexDatabase } from "../store/index_database.ts";
import { StoreError } from "../store/store_error.ts";
import { NodeScratch } from "./node_scratch.ts";
import { type DepsRecord, type ExitRecord, type TaskFiles, withoutSources, type Work } from "./work.ts";

/** Milliseconds between looks whether the work is still there. */
const WATCH = 1000;
/** Milliseconds between two progress events: nobody looks more often, and the disk is shared. */
const PACE = 500;

/**
 * Does a job's work as the engine does it in its own processes, writes what happens into the files of the job, and at last, by
 * rename, how it ended. Where its work is taken away meanwhile, it stops.
 *
 * @returns whether the stage is done
 */
export async function doWork(files: TaskFiles, work: Work): Promise<boolean> {
  const ending = new AbortController();
  Deno.addSignalListener("SIGTERM", () => ending.abort());
  // A node that was lost to Slurm may still be at work when the stage has begun elsewhere.
  const withdrawn = new AbortController();
  const watch = setInterval(() => {
    if (!existsSync(files.work)) withdrawn.abort();
  }, WATCH);
  withdrawn.signal.addEventListener("abort", () => ending.abort());
  const begun = performance.now();
  const diagnostics = await act(files, work, ending.signal, withdrawn.signal);
  clearInterval(watch);
  if (!existsSync(files.work)) return false;
  const record: ExitRecord = {
    schema: 1,
    node: hostname(),
    seconds: (performance.now() - begun) / 1000,
    asked: ending.signal.aborted,
    diagnostics,
  };
  writeDurably(files.exit, withoutSources(record));
  return !record.asked && diagnostics.length === 0;
}

async function act(
  files: TaskFiles,
  work: Work,
  signal: AbortSignal,
  kill: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const { stage, modules, notesDeps } = work;
  const log = new LogTail();
  let shown = -Infinity;
  const emit = (event: Event): void => {
    if (event.kind === "stage output") log.add(event.text);
    if (event.kind === "stage progress") {
      if (event.time - shown < PACE && event.done !== event.total) return;
      shown = event.time;
    }
    if (!kill.aborted) Deno.writeTextFileSync(files.events, `${withoutSources(event)}\n`, { append: true });
  };
  const loaded = (): Promise<void> => {
    // A node that has no more of the project than the cache has modules by their content.
    const changed = work.scratch
      ? undefined
      : Object.entries(modules).find(([path, digest]) => digestOf(path) !== digest);
    if (changed === undefined) return Promise.resolve();
    return Promise.reject(
      new StoreError(
        `${changed[0]} changed before ${stage.name} began, so what it would have run is not what was judged`,
        [
          "Leave the code of queued stages alone, and reproduce again",
        ],
      ),
    );
  };
  const devices = stage.resources.gpus > 0 ? gpuDevices() : [];
  const commit = (): Promise<void> => Promise.reject(new Error("outs are taken over by the engine"));
  try {
    using scratch = work.scratch && await NodeScratch.fill(work.scratch, stage);
    const here = scratch?.moved(work) ?? work;
    if (notesDeps) writeDurably(files.deps, JSON.stringify(await digestsOf(here.stage)));
    const { folder } = here;
    const job = { ...here.job, devices, loaded, commit, kill, scratch: folder };
    const diagnostics = await runAction({ stage: here.stage, job, emit, log, folder, signal });
    if (diagnostics.length > 0) return diagnostics;
    const missing = missingOuts(here.stage);
    if (missing.length === 0) await scratch?.keep(here.stage, stage);
    return missing;
  } catch (error) {
    if (error instanceof StoreError) return error.diagnostics;
    return [failure(stage, `failed: ${error instanceof Error ? error.message : String(error)}`)];
  }
}

async function digestsOf({ deps }: Stage): Promise<DepsRecord> {
  const temporary = await Deno.makeTempDir();
  try {
    using index = IndexDatabase.open(join(temporary, "index.sqlite"));
    using digests = new Digests(index);
    const found: Record<string, string> = {};
    for (const { relative, path } of deps) found[relative] = (await digests.digest(path))?.sha256 ?? "";
    return found;
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

function digestOf(path: string): string | undefined {
  try {
    return sha256(readFileSync(path));
  } catch {
    return undefined;
  }
}
