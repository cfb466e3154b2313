import { join, relative } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import { readPipeline } from "./pipeline_reader.ts";
import type { Pipeline } from "../file/pipeline.ts";
import { lockPath, readLock } from "../store/lock.ts";
import type { Workspace } from "../store/workspace.ts";
import { openRevision } from "../values/revision.ts";
import { metricsOf, paramsOf, type TrackedValues, type Tracking } from "../values/tracked_values.ts";
import type { Context } from "./context.ts";
import { report } from "./opening.ts";
import { UsageError } from "./usage_error.ts";

/** What files hold that is shown and compared. */
export type Tracked = "metrics" | "params";

/**
 * What metrics or params hold in a git revision, or in the files as they are; undefined where the pipeline cannot be read
 * there. What is wrong is told.
 *
 * @param pipeline as it is now
 * @param revision undefined: the files as they are
 * @param name by which the revision is told
 * @throws {UsageError} where the revision is not known
 */
export async function valuesAt(
  context: Context,
  what: Tracked,
  pipeline: Pipeline,
  workspace: Workspace,
  revision: string | undefined,
  tracking: Omit<Tracking, "elsewhere">,
  name = revision,
): Promise<TrackedValues | undefined> {
  const diagnostics: Diagnostic[] = [];
  const take = async (of: Pipeline): Promise<TrackedValues> => {
    if (what === "params") return await paramsOf(of, diagnostics, tracking);
    const lock = await readLock(lockPath(of.file), workspace.index);
    const outs = lock.ok ? [...lock.value.stages.values()].flatMap(({ outs }) => outs) : [];
    // What git does not keep is found in the cache, by the lock of the revision.
    const elsewhere = (name: string): string | undefined => {
      const out = outs.find(({ path }) => path === name);
      return out !== undefined && workspace.blobs.has(out.sha256) ? workspace.blobs.path(out.sha256) : undefined;
    };
    return await metricsOf(of, diagnostics, { elsewhere, ...tracking });
  };
  if (revision === undefined) {
    const values = await take(pipeline);
    report(context, diagnostics);
    return values;
  }
  using opened = await openRevision(pipeline.folder, revision).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const read = await readPipeline(join(opened.folder, relative(pipeline.folder, pipeline.file)));
  if (!read.ok) {
    report(context, read.diagnostics);
    return undefined;
  }
  const values = await take(read.value);
  report(context, diagnostics.map(({ message, ...rest }) => ({ ...rest, message: `${message} in ${name}` })));
  return values;
}
